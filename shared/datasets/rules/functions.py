"""The rules for the tools that a chat example declares, and for the form of calls to them.

Which answer belongs to which call is in `conversation`.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from shared.datasets.findings import Finding, found, found_extra_keys, pointer

MOST_FUNCTIONS = 128
FUNCTION_KEYS = {"name": str, "description": str, "parameters": dict, "strict": bool | None}

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def is_name(value: object) -> bool:
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


def check_tools(row: dict[str, Any]) -> Iterator[Finding]:
    if "tools" not in row:
        return
    tools = row["tools"]
    if not isinstance(tools, list) or not tools:
        yield found("invalid_tools", "/tools", "tools must be a list of at least one tool", tools)
        return
    for index, tool in enumerate(tools):
        yield from _check_tool(tool, pointer("tools", index))
    yield from _check_duplicates(tools)


def check_functions(row: dict[str, Any]) -> Iterator[Finding]:
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


def declared_names(row: dict[str, Any]) -> set[str]:
    """The names of all tools and functions that can be made out."""
    tools, functions = row.get("tools"), row.get("functions")
    listed = list(functions) if isinstance(functions, list) else []
    if isinstance(tools, list):
        listed += [tool.get("function") for tool in tools if isinstance(tool, dict)]
    names = (function.get("name") for function in listed if isinstance(function, dict))
    return {name for name in names if isinstance(name, str)}


def check_call(call: object, where: str) -> Iterator[Finding]:
    """One entry of "tool_calls"."""
    if not isinstance(call, dict):
        yield found("invalid_tool_call", where, "a tool call must be an object", call)
        return
    if not isinstance(call.get("id"), str) or not call["id"]:
        yield found("invalid_tool_call", where + "/id", "a tool call must have an id", call.get("id"))
    if call.get("type") != "function":
        yield found("invalid_tool_call", where + "/type", 'the type must be "function"', call.get("type"))
    yield from found_extra_keys("invalid_tool_call", call, {"id", "type", "function"}, where)
    yield from check_called(call.get("function"), where + "/function")


def check_called(function: object, where: str) -> Iterator[Finding]:
    """What is called: the content of a tool call, or the whole of the older "function_call"."""
    if not isinstance(function, dict):
        yield found("invalid_tool_call", where, "the name and arguments of the function are needed", function)
        return
    if not is_name(function.get("name")):
        yield found("invalid_tool_call", where + "/name", "this is not a name of a function", function.get("name"))
    yield from found_extra_keys("invalid_tool_call", function, {"name", "arguments"}, where)
    yield from _check_arguments(function.get("arguments"), where + "/arguments")


def _check_arguments(arguments: object, where: str) -> Iterator[Finding]:
    if not isinstance(arguments, str):
        yield found("arguments_not_text", where, "arguments must be a text that holds JSON", arguments)
        return
    try:
        json.loads(arguments, parse_int=str)
    except (ValueError, RecursionError) as error:
        yield found("arguments_not_json", where, f"the arguments are not JSON: {error}", arguments)


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


def _check_duplicates(tools: list[Any]) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, tool in enumerate(tools):
        function = tool.get("function") if isinstance(tool, dict) else None
        name = function.get("name") if isinstance(function, dict) else None
        if not isinstance(name, str):
            continue
        if name in seen:
            yield found("duplicate_tool", pointer("tools", index), f'the tool "{name}" is declared above', name)
        seen.add(name)
