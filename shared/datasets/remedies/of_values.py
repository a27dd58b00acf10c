"""Remedies for values of a wrong kind, where one kind only can have been meant: a number for a text, "true" for true."""

import json
from dataclasses import dataclass
from typing import Any, ClassVar

from typing_extensions import override

from shared.datasets.remedies import inside
from shared.datasets.remedies.inside import Message, Row
from shared.datasets.remedies.mending import Mending, MessageMending
from shared.datasets.remedies.remedy import ALL_SHAPES, CONVERSATIONS, Remedy
from shared.datasets.shapes import Shape

FLAGS = {"true": True, "false": False}


@dataclass
class ContentToText(MessageMending):
    """Numbers as they are written in JSON, and texts that stand among parts as parts of their own."""

    @override
    def mend_row(self, row: Row) -> Row | None:
        if self.shape is Shape.COMPLETION:
            for key in inside.COLUMNS:
                if key in row:
                    row = inside.with_value(row, key, _text_of_number(row[key]))
            return row
        return super().mend_row(row)

    @override
    def mend_message(self, message: Message) -> Message:
        content = message.get("content")
        if isinstance(content, list):
            parts = [{"type": "text", "text": part} if isinstance(part, str) else part for part in content]
            return inside.with_value(message, "content", inside.unless_same(content, parts))
        return inside.with_value(message, "content", _text_of_number(content)) if content is not None else message


@dataclass
class FixFlags(Mending):
    """`parallel_tool_calls`; null is left out."""

    minds_form_only: ClassVar[bool] = True

    @override
    def mend_row(self, row: Row) -> Row | None:
        return inside.change_holder(row, self.shape, _with_sound_flag)


@dataclass
class CompleteTools(MessageMending):
    """Tools and calls without their type, of which there is one only, and functions that were declared without a tool."""

    @override
    def mend_row(self, row: Row) -> Row | None:
        return super().mend_row(inside.change_holder(row, self.shape, _with_complete_tools))

    @override
    def mend_message(self, message: Message) -> Message:
        calls = inside.calls_of(message)
        mended = inside.unless_same(calls, [_complete(call) for call in calls])
        return message if mended is calls else inside.with_value(message, "tool_calls", mended)


@dataclass
class DropRepeatedTools(Mending):
    """Declarations that repeat an earlier one in full; two that differ under one name stay for their author."""

    minds_form_only: ClassVar[bool] = True

    @override
    def mend_row(self, row: Row) -> Row | None:
        return inside.change_holder(row, self.shape, _without_repeated_tools)


def _text_of_number(value: object) -> object:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return json.dumps(value) if is_number else value


def _with_sound_flag(holder: Row) -> Row:
    key = "parallel_tool_calls"
    flag = holder.get(key)
    if flag is None:
        return inside.without(holder, key)
    meant = FLAGS.get(flag.strip().lower()) if isinstance(flag, str) else None
    return holder if meant is None else inside.with_value(holder, key, meant)


def _with_complete_tools(holder: Row) -> Row:
    tools = holder.get("tools")
    if not isinstance(tools, list):
        return holder
    return inside.with_value(holder, "tools", inside.unless_same(tools, [_wrapped(_complete(tool)) for tool in tools]))


def _complete(tool: Any) -> Any:
    """A tool, or a call of one."""
    is_function = isinstance(tool, dict) and isinstance(tool.get("function"), dict)
    return {**tool, "type": "function"} if is_function and tool.get("type") is None else tool


def _wrapped(tool: Any) -> Any:
    is_bare = isinstance(tool, dict) and "function" not in tool and {"name", "parameters"} <= tool.keys()
    if not is_bare or tool.get("type", "function") != "function":
        return tool
    return {"type": "function", "function": inside.without(tool, "type")}


def _without_repeated_tools(holder: Row) -> Row:
    tools = holder.get("tools")
    if not isinstance(tools, list):
        return holder
    kept = list({json.dumps(tool, sort_keys=True): tool for tool in reversed(tools)}.values())[::-1]
    return inside.with_value(holder, "tools", inside.unless_same(tools, kept))


CONTENT = (
    Remedy(
        "content_to_text",
        "Write numbers and loose parts as texts",
        ("invalid_content", "invalid_part", "prompt_not_text", "completion_not_text"),
        ContentToText,
        ALL_SHAPES,
    ),
)
TOOLS = (
    Remedy("fix_flags", "Write true and false as JSON does", ("invalid_parallel_tool_calls",), FixFlags, CONVERSATIONS),
    Remedy(
        "complete_tools",
        "Add what tools and calls lack",
        ("invalid_tool", "invalid_tool_call", "invalid_function"),
        CompleteTools,
        CONVERSATIONS,
    ),
    Remedy("drop_repeated_tools", "Declare each tool once", ("duplicate_tool",), DropRepeatedTools, CONVERSATIONS),
)
