"""The rules for the form of calls of tools: the entries of "tool_calls", and the older "function_call".

Which answer belongs to which call is in `conversation`; whether the arguments suit the declaration is in `arguments`.
"""

import json
from collections.abc import Iterator
from typing import Any, NoReturn

from shared.datasets.findings import Finding, found, found_extra_keys, pointer
from shared.datasets.rules.functions import is_name

LONGEST_WHOLE_NUMBER = 18


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


def calls_in(message: dict[str, Any], where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The tool calls of a message that have an id, each with where it stands."""
    calls = message.get("tool_calls") if message["role"] == "assistant" else None
    for index, call in enumerate(calls if isinstance(calls, list) else ()):
        if isinstance(call, dict) and isinstance(call.get("id"), str):
            yield where + pointer("tool_calls", index), call


def called_in(message: dict[str, Any], where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """What a message calls by name, in either form, each with where it stands."""
    called = [(place + "/function", call.get("function")) for place, call in calls_in(message, where)]
    if message["role"] == "assistant":
        called.append((where + "/function_call", message.get("function_call")))
    for place, function in called:
        if isinstance(function, dict) and isinstance(function.get("name"), str):
            yield place, function


def read_arguments(text: str) -> Any:
    """The arguments of a call. Raises ValueError or RecursionError when they are not JSON."""
    return json.loads(text, parse_int=_whole, parse_constant=_refuse)


def _check_arguments(arguments: object, where: str) -> Iterator[Finding]:
    if not isinstance(arguments, str):
        yield found("arguments_not_text", where, "arguments must be a text that holds JSON", arguments)
        return
    try:
        value = read_arguments(arguments)
    except (ValueError, RecursionError) as error:
        yield found("arguments_not_json", where, f"the arguments are not JSON: {error}", arguments)
        return
    if not isinstance(value, dict):
        yield found("arguments_not_an_object", where, "the arguments of a function have names", arguments)


def _whole(digits: str) -> int | float:
    # Python takes long for integers of many thousand digits, and refuses still longer ones.
    return int(digits) if len(digits) <= LONGEST_WHOLE_NUMBER else float(digits)


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")
