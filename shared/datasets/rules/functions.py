"""The rules for the tools that an example declares, in the new form ("tools") and in the old ("functions").

Calls of them are in `calls`.
"""

import re
from collections.abc import Iterator
from typing import Any

from shared.datasets.findings import Finding, found, found_extra_keys, pointer

Row = dict[str, Any]

MOST_FUNCTIONS = 128
FUNCTION_KEYS = {"name": str, "description": str, "parameters": dict, "strict": bool | None}

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def is_name(value: object) -> bool:
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


def check_tools(row: Row, where: str = "") -> Iterator[Finding]:
    if "tools" not in row:
        return
    tools, where = row["tools"], where + "/tools"
    if not isinstance(tools, list) or not tools:
        yield found("invalid_tools", where, "tools must be a list of at least one tool", tools)
        return
    if len(tools) > MOST_FUNCTIONS:
        yield found("over_128_tools", where, f"the example declares {len(tools)} tools")
    for index, tool in enumerate(tools):
        yield from _check_tool(tool, where + pointer(index))
    yield from _check_duplicates([_inner(tool) for tool in tools], where)


def check_functions(row: Row) -> Iterator[Finding]:
    if "functions" not in row:
        return
    functions = row["functions"]
    if not isinstance(functions, list) or not 1 <= len(functions) <= MOST_FUNCTIONS:
        yield found(
            "invalid_functions", "/functions", f"a list of 1 to {MOST_FUNCTIONS} functions is needed", functions
        )
        return
    yield found("deprecated_functions", "/functions", 'this example declares "functions"')
    for index, function in enumerate(functions):
        yield from _check_function(function, pointer("functions", index))
    yield from _check_duplicates(functions, "/functions")


def parallel_tool_calls(row: Row, where: str = "") -> Iterator[Finding]:
    """Whether "parallel_tool_calls" is a truth value; it may be left out."""
    parallel = row.get("parallel_tool_calls", True)
    if not isinstance(parallel, bool):
        place = where + "/parallel_tool_calls"
        yield found("invalid_parallel_tool_calls", place, "this is neither true nor false", parallel)


def declared(row: Row) -> dict[str, object]:
    """The parameters of all tools and functions whose name can be made out; None where there are none."""
    tools, functions = row.get("tools"), row.get("functions")
    listed = list(functions) if isinstance(functions, list) else []
    if isinstance(tools, list):
        listed += [_inner(tool) for tool in tools]
    named = [function for function in listed if isinstance(function, dict) and isinstance(function.get("name"), str)]
    return {function["name"]: function.get("parameters") for function in named}


def _inner(tool: object) -> object:
    return tool.get("function") if isinstance(tool, dict) else None


def _check_tool(tool: object, where: str) -> Iterator[Finding]:
    if not isinstance(tool, dict):
        yield found("invalid_tool", where, "a tool must be an object", tool)
        return
    if tool.get("type") != "function":
        yield found("invalid_tool", where + "/type", 'the type must be "function"', tool.get("type"))
    yield from found_extra_keys("invalid_tool", tool, {"type", "function"}, where)
    yield from _check_function(tool.get("function"), where + "/function")


def _check_function(function: object, where: str) -> Iterator[Finding]:
    if not isinstance(function, dict):
        yield found("invalid_function", where, "a function must be an object", function)
        return
    if not is_name(function.get("name")):
        name = function.get("name")
        yield found("invalid_function", where + "/name", "a name of 1 to 64 letters, digits, _ or - is needed", name)
    yield from found_extra_keys("invalid_function", function, FUNCTION_KEYS, where)
    for key in ("description", "parameters", "strict"):
        if key in function and not isinstance(function[key], FUNCTION_KEYS[key]):
            yield found("invalid_function", where + pointer(key), "the value is of a wrong kind", function[key])


def _check_duplicates(functions: list[Any], where: str) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, function in enumerate(functions):
        name = function.get("name") if isinstance(function, dict) else None
        if not isinstance(name, str):
            continue
        if name in seen:
            yield found("duplicate_tool", where + pointer(index), f'the tool "{name}" is declared above', name)
        seen.add(name)
