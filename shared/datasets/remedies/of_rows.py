"""Remedies for the keys of an example and of its messages: other names for them, and keys that nobody takes."""

from dataclasses import dataclass
from typing import Any

from typing_extensions import override

from shared.datasets.remedies import inside
from shared.datasets.remedies.inside import COLUMNS, OUTPUTS, Message, Row
from shared.datasets.remedies.mending import MessageMending
from shared.datasets.remedies.remedy import CONVERSATIONS, Remedy
from shared.datasets.rules.functions import FUNCTION_KEYS
from shared.datasets.rules.messages import KEYS_OF_ROLE
from shared.datasets.shapes import Shape

INPUT_KEYS = ("messages", "tools", "parallel_tool_calls")
KEYS = {
    Shape.CHAT: (*INPUT_KEYS, "functions"),
    Shape.PREFERENCE: ("input", *OUTPUTS),
    Shape.REINFORCEMENT: INPUT_KEYS,
    Shape.COMPLETION: COLUMNS,
}
NEEDED = {
    Shape.CHAT: ("messages",),
    Shape.PREFERENCE: ("input", *OUTPUTS),
    Shape.REINFORCEMENT: ("messages",),
    Shape.COMPLETION: COLUMNS,
}

OTHER_NAMES = {
    "conversations": "messages",
    "conversation": "messages",
    "preferred_completion": "preferred_output",
    "non_preferred_completion": "non_preferred_output",
}
MESSAGE_KEYS = ("role", "content", "name", "weight", "tool_calls", "tool_call_id")
OTHER_MESSAGE_NAMES = {"from": "role", "value": "content"}


@dataclass
class RenameKeys(MessageMending):
    """Known keys in another case or under an older name. A name that is in use already is never taken."""

    @override
    def mend_row(self, row: Row) -> Row | None:
        row = _renamed(row, KEYS[self.shape], OTHER_NAMES)
        if self.shape is Shape.PREFERENCE:
            row = inside.change_holder(row, self.shape, lambda holder: _renamed(holder, INPUT_KEYS, OTHER_NAMES))
        return super().mend_row(row)

    @override
    def mend_message(self, message: Message) -> Message:
        return _renamed(message, MESSAGE_KEYS, OTHER_MESSAGE_NAMES)


@dataclass
class DropUnknownKeys(MessageMending):
    """Only from what is otherwise of the file's shape: what is of another shape has nothing but unknown keys."""

    @override
    def mend_row(self, row: Row) -> Row | None:
        if any(key not in row for key in NEEDED[self.shape]):
            return row
        # A reinforcement example may have any key: they are for the grader.
        if self.shape is not Shape.REINFORCEMENT:
            row = _only(row, KEYS[self.shape])
        if self.shape is Shape.PREFERENCE:
            row = inside.change_holder(row, self.shape, lambda holder: _only(holder, INPUT_KEYS))
        return super().mend_row(inside.change_holder(row, self.shape, _with_known_tool_keys))

    @override
    def mend_message(self, message: Message) -> Message:
        # A weight where none belongs, and a name of a tool, have remedies of their own.
        known = KEYS_OF_ROLE.get(inside.role_of(message))
        if known is not None:
            message = _only(message, (*known, "weight", "name"))
        for key, change in (("content", _known_part), ("tool_calls", _known_call)):
            if isinstance(message.get(key), list):
                items = inside.unless_same(message[key], [change(item) for item in message[key]])
                message = inside.with_value(message, key, items)
        return message


@dataclass
class DropEmptyTools(MessageMending):
    """Lists without a tool or a call in them, which providers refuse; a missing list says the same."""

    @override
    def mend_row(self, row: Row) -> Row | None:
        return super().mend_row(inside.change_holder(row, self.shape, _without_empty_tools))

    @override
    def mend_message(self, message: Message) -> Message:
        return inside.without(message, "tool_calls") if message.get("tool_calls") == [] else message


def _renamed(mapping: Row, known: tuple[str, ...], others: dict[str, str]) -> Row:
    """The keys in their places, each with the name that it should have."""
    names: dict[str, str] = {}
    taken = {key for key in mapping if key in known}
    for key in mapping:
        lower = key.strip().lower()
        wanted = others.get(lower, lower)
        if key not in known and wanted in known and wanted not in taken:
            names[key] = wanted
            taken.add(wanted)
    return {names.get(key, key): value for key, value in mapping.items()} if names else mapping


def _only(mapping: Row, known: tuple[str, ...]) -> Row:
    return inside.without(mapping, *(key for key in mapping if key not in known))


def _with_known_tool_keys(holder: Row) -> Row:
    tools = holder.get("tools")
    if not isinstance(tools, list):
        return holder
    return inside.with_value(holder, "tools", inside.unless_same(tools, [_known_tool(tool) for tool in tools]))


def _known_part(part: Any) -> Any:
    kind = part.get("type") if isinstance(part, dict) else None
    if kind not in ("text", "image_url", "refusal") or kind not in part:
        return part
    part = _only(part, ("type", kind))
    return _with_only(part, "image_url", ("url", "detail"))


def _known_call(call: Any) -> Any:
    if not isinstance(call, dict) or not isinstance(call.get("function"), dict):
        return call
    return _with_only(_only(call, ("id", "type", "function")), "function", ("name", "arguments"))


def _known_tool(tool: Any) -> Any:
    if not isinstance(tool, dict) or not isinstance(tool.get("function"), dict):
        return tool
    return _with_only(_only(tool, ("type", "function")), "function", tuple(FUNCTION_KEYS))


def _with_only(holder: Row, key: str, known: tuple[str, ...]) -> Row:
    inner = holder.get(key)
    return inside.with_value(holder, key, _only(inner, known)) if isinstance(inner, dict) else holder


def _without_empty_tools(row: Row) -> Row:
    empty = [key for key in ("tools", "functions") if key in row and (row[key] is None or row[key] == [])]
    return inside.without(row, *empty)


REMEDIES = (
    Remedy(
        "rename_keys",
        "Give keys the names that providers know",
        ("sharegpt_row", "missing_messages", "missing_role", "unknown_key", "old_output_name"),
        RenameKeys,
    ),
    Remedy(
        "drop_unknown_keys",
        "Remove keys that providers do not know",
        (
            "unknown_key",
            "unknown_message_key",
            "invalid_part",
            "invalid_image",
            "invalid_tool",
            "invalid_tool_call",
            "invalid_function",
        ),
        DropUnknownKeys,
    ),
    Remedy(
        "drop_empty_tools",
        "Leave out empty lists of tools and calls",
        ("invalid_tools", "invalid_functions", "invalid_tool_calls", "empty_tools"),
        DropEmptyTools,
        CONVERSATIONS,
    ),
)
