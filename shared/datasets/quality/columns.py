"""The texts of an example in their order, each with its role and its place: what every look at quality starts from.

Tool definitions, images, and the keys that graders read are not texts of the conversation.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from shared.datasets.findings import pointer
from shared.datasets.shapes import Shape

SYSTEM, USER, ASSISTANT, CALL, TOOL = "system", "user", "assistant", "call", "tool"
PREFERRED, NON_PREFERRED = "preferred", "non_preferred"

ROLES = {"developer": SYSTEM, "function": TOOL}  # what other roles are to us


class Text(NamedTuple):
    where: str  # RFC 6901, into the row
    role: str  # one of the seven above
    text: str  # "" where a message has none


def texts_of(row: Mapping[str, Any], shape: Shape) -> Iterator[Text]:
    """The texts of a well-formed row. A message has one, and one more for the arguments of each of its tool calls."""
    if shape is Shape.COMPLETION:
        yield Text("/prompt", USER, row["prompt"])
        yield Text("/completion", ASSISTANT, row["completion"])
    elif shape is Shape.PREFERENCE:
        yield from _of_messages(row["input"]["messages"], pointer("input", "messages"))
        yield from _of_messages(row["preferred_output"], pointer("preferred_output"), PREFERRED)
        yield from _of_messages(row["non_preferred_output"], pointer("non_preferred_output"), NON_PREFERRED)
    else:
        yield from _of_messages(row["messages"], pointer("messages"))


def _of_messages(messages: list[dict[str, Any]], where: str, answer_role: str = ASSISTANT) -> Iterator[Text]:
    for index, message in enumerate(messages):
        at = where + pointer(index)
        role = ROLES.get(message["role"], message["role"])
        calls = list(_calls(message, at))
        text = _content(message)
        if text or not calls:
            yield Text(at + pointer("content"), answer_role if role == ASSISTANT else role, text)
        yield from calls


def _content(message: Mapping[str, Any]) -> str:
    content = message.get("content")
    if isinstance(content, list):
        return "\n".join(part.get("text", "") for part in content)
    return content or message.get("refusal") or ""


def _calls(message: Mapping[str, Any], at: str) -> Iterator[Text]:
    for index, call in enumerate(message.get("tool_calls") or ()):
        where = at + pointer("tool_calls", index, "function", "arguments")
        yield Text(where, CALL, call["function"]["arguments"])
    if message.get("function_call"):
        yield Text(at + pointer("function_call", "arguments"), CALL, message["function_call"]["arguments"])
