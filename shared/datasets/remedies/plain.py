"""Examples that are plainly as they should be in form, told at a glance: what mends forms need not look at them, and what mends
texts need look at all their texts but once.

Conservative on purpose: texts that say something, from speakers in their turns, and nothing else. What is not plain may be
sound all the same. A test holds every remedy that leaves plain examples alone against what it does to them.
"""

from collections.abc import Callable, Sequence
from typing import Any

from shared.datasets.shapes import Shape

BETWEEN = "\0"
_ROLE_AND_CONTENT = {"role", "content"}
_WITH_WEIGHT = {"role", "content", "weight"}
_TURNS = ("user", "assistant")


def said_plainly(row: dict[str, Any], shape: Shape) -> str | None:
    """All texts of an example, NULs between them; None where its form may leave something to mend.

    No example for graders is plain: it may have any keys.
    """
    told_by = _PLAIN.get(shape)
    said = told_by(row) if told_by else None
    if said is None:
        return None
    joined = BETWEEN.join(said)
    return joined if joined.count(BETWEEN) == len(said) - 1 else None


def _chat(row: dict[str, Any]) -> list[str] | None:
    messages = row.get("messages")
    if len(row) != 1 or not isinstance(messages, list) or not _are_turns(messages, "assistant"):
        return None
    is_learnt = any(message.get("weight", 1) for message in messages if message["role"] == "assistant")
    return [message["content"] for message in messages] if is_learnt else None


def _preference(row: dict[str, Any]) -> list[str] | None:
    asked: Any = row.get("input")
    one: Any = row.get("preferred_output")
    other: Any = row.get("non_preferred_output")
    if len(row) != 3 or not isinstance(asked, dict) or len(asked) != 1 or not isinstance(asked.get("messages"), list):
        return None
    if not (_is_answer(one) and _is_answer(other)) or one == other:
        return None
    said = asked["messages"]
    if not _are_turns(said, "user") or any("weight" in message for message in said):
        return None
    return [message["content"] for messages in (said, one, other) for message in messages]


def _completion(row: dict[str, Any]) -> list[str] | None:
    prompt, completion = row.get("prompt"), row.get("completion")
    if len(row) != 2 or not isinstance(prompt, str) or not isinstance(completion, str):
        return None
    return [prompt, completion] if _says_something(completion) else None


def _are_turns(messages: Sequence[Any], last: str) -> bool:
    """A system message at most, then user and assistant by turns up to the last, who is named."""
    if not all(map(_is_message, messages)):
        return False
    first = 1 if messages and messages[0]["role"] == "system" else 0
    roles = [message["role"] for message in messages[first:]]
    turns = zip(roles, _TURNS * len(roles), strict=False)
    return bool(roles) and roles[-1] == last and all(role == turn for role, turn in turns)


def _is_message(message: Any) -> bool:
    if not isinstance(message, dict) or not _says_something(message.get("content")):
        return False
    keys = message.keys()
    if keys == _ROLE_AND_CONTENT:
        return isinstance(message["role"], str)
    weight = message.get("weight")
    return keys == _WITH_WEIGHT and message["role"] == "assistant" and type(weight) is int and weight in (0, 1)


def _is_answer(output: Any) -> bool:
    if not isinstance(output, list) or len(output) != 1 or not _is_message(output[0]):
        return False
    return "weight" not in output[0] and bool(output[0]["role"] == "assistant")


def _says_something(content: Any) -> bool:
    return isinstance(content, str) and bool(content) and not content.isspace()


_PLAIN: dict[Shape, Callable[[dict[str, Any]], list[str] | None]] = {
    Shape.CHAT: _chat,
    Shape.PREFERENCE: _preference,
    Shape.COMPLETION: _completion,
}
