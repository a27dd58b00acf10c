"""Tools and calls of them, in the forms that open formats have, as chat examples hold them."""

from typing import Any

from shared.datasets.findings import found, pointer
from shared.datasets.shaping.shaped import Findings
from shared.datasets.shaping.texts import json_text, parsed

Call = dict[str, Any]


def tools_of(value: object, where: str, findings: Findings) -> list[Any] | None:
    """A list of tools, from the list or its JSON text; None when there are none.

    Bare functions are wrapped, and Anthropic's `input_schema` becomes `parameters`.
    """
    if isinstance(value, str):
        try:
            value = parsed(value) if value.strip() else None
        except ValueError as error:
            findings.append(found("tool_text_not_json", where, f"the tools are no JSON: {error}", value))
            return None
    if isinstance(value, dict):
        value = [value]
    if not value or value == [""]:  # LMFlow writes [""] for no tools
        return None
    if not isinstance(value, list):
        findings.append(found("tool_text_not_json", where, "this is no list of tools", value))
        return None
    return [_tool(tool, where + pointer(index), findings) for index, tool in enumerate(value)]


def _tool(tool: object, where: str, findings: Findings) -> object:
    if isinstance(tool, str):
        try:
            tool = parsed(tool)
        except ValueError:
            findings.append(found("tool_text_not_json", where, "this is no tool", tool))
    if not isinstance(tool, dict) or "function" in tool or "name" not in tool:
        return tool  # what is still wrong with it, the rules for chats find
    if "input_schema" in tool:
        tool = {("parameters" if key == "input_schema" else key): value for key, value in tool.items()}
    return {"type": "function", "function": {key: value for key, value in tool.items() if key != "type"}}


def call(name: object, arguments: object, call_id: str) -> Call:
    """A tool call; arguments that are not a text yet become one."""
    text = arguments if isinstance(arguments, str) else json_text({} if arguments is None else arguments)
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": text}}


def calls_of(text: object, first: int) -> list[Call]:
    """The calls that JSON text such as `{"name": ..., "arguments": {...}}`, or a list of these, speaks of.

    Ids are `call_<first>` and so on. Raises ValueError when the text speaks of no call.
    """
    value = parsed(text) if isinstance(text, str) else text
    listed = value if isinstance(value, list) else [value]
    if not listed:
        raise ValueError("an empty list calls nothing")
    return [_call(one, f"call_{first + index}") for index, one in enumerate(listed)]


def _call(value: object, call_id: str) -> Call:
    match value:
        case {"function": {"name": str(name), **function}} | {"name": str(name), **function}:
            return call(name, function.get("arguments", function.get("parameters")), call_id)
        case _:
            raise ValueError('a call is written as {"name": ..., "arguments": {...}}')
