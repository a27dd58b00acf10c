"""The parts that rows are made of, and rows that are sound but for what a case is about."""

import json
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from shared.datasets.shapes import Shape

Row = dict[str, Any]

GREY, RGB, PALETTE = 0, 2, 3
TOOL_NAME = "find"


@dataclass(frozen=True)
class Case:
    shape: Shape
    name: str
    row: Row
    findings: tuple[tuple[str, str], ...]  # code and pointer


def user(content: object = "Where is it?", **more: object) -> Row:
    return {"role": "user", "content": content, **more}


def answer(content: object = "shipping", **more: object) -> Row:
    return {"role": "assistant", "content": content, **more}


def calling(arguments: str = "{}", call_id: str = "c1", **more: object) -> Row:
    function = {"name": TOOL_NAME, "arguments": arguments}
    return {"role": "assistant", "tool_calls": [{"id": call_id, "type": "function", "function": function}], **more}


def told(call_id: str = "c1") -> Row:
    return {"role": "tool", "tool_call_id": call_id, "content": "at the depot"}


FUNCTION_CALL: Row = {"role": "assistant", "function_call": {"name": TOOL_NAME, "arguments": "{}"}}


def function(content: object = "at the depot") -> Row:
    """Its message; with `...` it has no content."""
    return changed({"role": "function", "name": TOOL_NAME}, {"content": content})


def tool(parameters: object = None) -> Row:
    function = {"name": TOOL_NAME} | ({} if parameters is None else {"parameters": parameters})
    return {"type": "function", "function": function}


def image(url: str) -> Row:
    return {"type": "image_url", "image_url": {"url": url}}


def inline(kind: str, content: bytes) -> Row:
    return image(f"data:image/{kind};base64,{b64encode(content).decode()}")


def png(colours: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + bytes(8) + bytes([8, colours])


def jpeg(components: int) -> bytes:
    comment = b"\xff\xfe\x00\x04hi"
    return b"\xff\xd8" + comment + b"\xff\xc0\x00\x11\x08\x00\x01\x00\x01" + bytes([components]) + bytes(10)


def chat(name: str, messages: list[Row], *findings: tuple[str, str], **more: object) -> Case:
    return Case(Shape.CHAT, name, {"messages": messages, **more}, findings)


def old(name: str, messages: list[Row], *findings: tuple[str, str]) -> Case:
    """A chat with a function of the old form."""
    declared = ("deprecated_functions", "/functions")
    return chat(name, messages, declared, *findings, functions=[{"name": TOOL_NAME}])


def compared(name: str, given: Row, *findings: tuple[str, str]) -> Case:
    """A sound preference, with some of its keys as given here; those given as `...` are left out."""
    sound: Row = {
        "input": {"messages": [user()]},
        "preferred_output": [answer()],
        "non_preferred_output": [answer("billing")],
    }
    return Case(Shape.PREFERENCE, name, changed(sound, given), findings)


def asked(name: str, given: Row, *findings: tuple[str, str]) -> Case:
    """A sound preference but for its input."""
    return compared(name, {"input": {"messages": [user()]} | given}, *findings)


def graded(name: str, given: Row, *findings: tuple[str, str]) -> Case:
    return Case(Shape.REINFORCEMENT, name, changed({"messages": [user()], "answer": 144}, given), findings)


def changed(sound: Row, given: Row) -> Row:
    return {key: value for key, value in (sound | given).items() if value is not ...}


def completed(name: str, row: Row, *findings: tuple[str, str]) -> Case:
    return Case(Shape.COMPLETION, name, row, findings)


AT_ARGUMENTS = "/messages/1/tool_calls/0/function/arguments"
MISFIT = ("arguments_do_not_fit", AT_ARGUMENTS)
TWO_CALLS = calling() | {"tool_calls": calling()["tool_calls"] + calling(call_id="c2")["tool_calls"]}
DECLARED = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "enum": ["Oslo", "Rome"]},
        "days": {"type": ["integer", "null"]},
        "flag": {"enum": [1]},
        "note": {"type": "string", "nullable": True},
        "stops": {"type": "array", "items": {"type": "object", "required": ["at"]}},
    },
    "required": ["city"],
}


def fitting(name: str, arguments: Row, *findings: tuple[str, str]) -> Case:
    return chat(name, [user(), calling(json.dumps(arguments))], *findings, tools=[tool(DECLARED)])


def seen(name: str, part: Row, *findings: tuple[str, str]) -> Case:
    return chat(name, [user([part]), answer()], *findings)


URL = "/messages/0/content/0/image_url/url"
