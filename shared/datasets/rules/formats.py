"""Which other format a row is of, if it is not of the one that its file has. It is named, so that it can be moved or converted.

A row that shows the mark of its file's shape is of that shape, however much is wrong with it.
"""

from typing import Any

from shared.datasets.findings import Finding, found
from shared.datasets.shapes import Shape

Row = dict[str, Any]

CHAT_KEYS = {"messages", "tools", "parallel_tool_calls", "functions"}
OUTPUT_KEYS = {"preferred_output", "non_preferred_output", "preferred_completion", "non_preferred_completion"}

# One of these keys is enough to take a row for one of the shape.
MARKS: dict[Shape, set[str]] = {
    Shape.CHAT: {"messages"},
    Shape.PREFERENCE: OUTPUT_KEYS,
    Shape.REINFORCEMENT: {"messages"},
    Shape.COMPLETION: {"completion"},
}

# Other formats by the keys that give them away; the first that fits is named.
KEYS_OF_FORMATS = (
    *(("preference_row", {key}) for key in sorted(OUTPUT_KEYS)),
    ("ranked_row", {"chosen", "rejected"}),
    ("completion_row", {"prompt", "completion"}),
    ("sharegpt_row", {"conversations"}),
    ("instruction_row", {"instruction", "output"}),
)


def other_format(row: Row, shape: Shape) -> Finding | None:
    """A finding that names the format of a row which is not of this shape, or None."""
    if MARKS[shape] & row.keys():
        return _other_kind_of_messages(row, shape)
    for code, keys in KEYS_OF_FORMATS:
        if keys <= row.keys():
            named = " and ".join(f'"{key}"' for key in sorted(keys))
            return found(code, "", f"another format has {named}")
    if row.keys() == {"text"}:
        return found("text_row", "", 'there is nothing but "text"')
    if "messages" in row:
        return _graded_row() if _is_graded(row) else found("chat_row", "", 'the row itself has "messages"')
    return None


def _other_kind_of_messages(row: Row, shape: Shape) -> Finding | None:
    """Chat and reinforcement examples both have messages; who speaks last, and what else is there, tells them apart."""
    if shape is Shape.CHAT and _is_graded(row):
        return _graded_row()
    if shape is Shape.REINFORCEMENT and _roles(row)[-1:] == ["assistant"] and row.keys() <= CHAT_KEYS:
        return found("chat_row", "", "the last message is the assistant's, and there is no key for a grader")
    return None


def _graded_row() -> Finding:
    return found("reinforcement_row", "", "the last message is the user's, and there are keys for a grader")


def _is_graded(row: Row) -> bool:
    if row.keys() <= CHAT_KEYS:
        return False
    roles = _roles(row)
    return "assistant" not in roles and roles[-1:] == ["user"]


def _roles(row: Row) -> list[object]:
    messages = row.get("messages")
    listed = messages if isinstance(messages, list) else []
    return [message.get("role") for message in listed if isinstance(message, dict)]
