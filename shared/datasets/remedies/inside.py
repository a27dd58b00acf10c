"""Where messages and texts stand in an example of each shape, and how to change them without changing the original.

Examples come from files that may be faulty: whatever is not of the expected kind is passed over. Whatever has not changed
is returned itself, so that `is` tells whether anything was done.
"""

from collections.abc import Callable, Iterator
from enum import Enum, auto
from operator import is_
from typing import Any

from shared.datasets.shapes import Shape

Row = dict[str, Any]
Message = dict[str, Any]

OUTPUTS = ("preferred_output", "non_preferred_output")
COLUMNS = ("prompt", "completion")
SAYING = ("content", "refusal", "tool_calls", "function_call")


class Place(Enum):
    """What a list of messages is in its example."""

    CONVERSATION = auto()  # ends with the answer to learn
    INPUT = auto()  # ends where the model shall answer
    OUTPUT = auto()  # the answer alone


def unless_same(old: list[Any], new: list[Any]) -> list[Any]:
    return old if len(old) == len(new) and all(map(is_, old, new)) else new


def with_value(mapping: dict[str, Any], key: str, value: object) -> dict[str, Any]:
    """The mapping with another value, in its place; the mapping itself if that value is there already."""
    return mapping if key in mapping and mapping[key] is value else {**mapping, key: value}


def without(mapping: dict[str, Any], *keys: str) -> dict[str, Any]:
    if not any(key in mapping for key in keys):
        return mapping
    return {key: value for key, value in mapping.items() if key not in keys}


def change_lists(row: Row, shape: Shape, change: Callable[[list[Any], Place], list[Any]]) -> Row:
    """Every list of messages, changed."""
    match shape:
        case Shape.CHAT:
            return _change_list(row, "messages", Place.CONVERSATION, change)
        case Shape.REINFORCEMENT:
            return _change_list(row, "messages", Place.INPUT, change)
        case Shape.PREFERENCE:
            if isinstance(row.get("input"), dict):
                row = with_value(row, "input", _change_list(row["input"], "messages", Place.INPUT, change))
            for key in OUTPUTS:
                row = _change_list(row, key, Place.OUTPUT, change)
    return row


def change_holder(row: Row, shape: Shape, change: Callable[[Row], Row]) -> Row:
    """What holds the messages and the tools, changed: the row itself, or the input of a preference."""
    if shape is not Shape.PREFERENCE:
        return change(row)
    return with_value(row, "input", change(row["input"])) if isinstance(row.get("input"), dict) else row


def change_texts(row: Row, shape: Shape, change: Callable[[str], str]) -> Row:
    """Every text that is said, changed; names, tool calls and definitions stay."""
    if shape is Shape.COMPLETION:
        for key in COLUMNS:
            if isinstance(row.get(key), str):
                row = with_value(row, key, change(row[key]))
        return row

    def in_message(message: object) -> object:
        return _change_content(message, change) if isinstance(message, dict) else message

    return change_lists(row, shape, lambda messages, _: unless_same(messages, [in_message(m) for m in messages]))


def lists_in(row: Row, shape: Shape) -> Iterator[list[Any]]:
    """Every list of messages, as it is."""
    holder = row.get("input") if shape is Shape.PREFERENCE else row
    listed = [holder.get("messages")] if isinstance(holder, dict) and shape is not Shape.COMPLETION else []
    if shape is Shape.PREFERENCE:
        listed += [row.get(key) for key in OUTPUTS]
    yield from (messages for messages in listed if isinstance(messages, list))


def role_of(message: object) -> str:
    """The role, or an empty text if there is none."""
    role = message.get("role") if isinstance(message, dict) else None
    return role if isinstance(role, str) else ""


def says_nothing(message: object) -> bool:
    """A message of a person or of the model with neither text nor call. Tools may have nothing to say."""
    if not isinstance(message, dict) or role_of(message) not in ("system", "developer", "user", "assistant"):
        return False
    content = message.get("content")
    is_empty = content is None or content == [] or (isinstance(content, str) and not content.strip())
    return is_empty and not any(message.get(key) for key in SAYING[1:])


def calls_of(message: object) -> list[Any]:
    """The tool calls of an assistant message; no calls, if it is anything else."""
    calls = message.get("tool_calls") if isinstance(message, dict) and role_of(message) == "assistant" else None
    return calls if isinstance(calls, list) else []


def _change_list(holder: Row, key: str, place: Place, change: Callable[[list[Any], Place], list[Any]]) -> Row:
    messages = holder.get(key)
    return with_value(holder, key, change(messages, place)) if isinstance(messages, list) else holder


def _change_content(message: Message, change: Callable[[str], str]) -> Message:
    content = message.get("content")
    if isinstance(content, str):
        return with_value(message, "content", change(content))
    if isinstance(content, list):
        parts = unless_same(content, [_change_part(part, change) for part in content])
        return with_value(message, "content", parts)
    return message


def _change_part(part: object, change: Callable[[str], str]) -> object:
    if isinstance(part, dict) and isinstance(part.get("text"), str):
        return with_value(part, "text", change(part["text"]))
    return part
