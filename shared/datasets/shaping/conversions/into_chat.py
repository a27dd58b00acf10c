"""Chats, made from examples of each shape. Raises Unsayable for an example that no chat can be made of."""

from collections.abc import Callable

from shared.datasets.shapes import Shape
from shared.datasets.shaping.conversions.conversion import Conversion
from shared.datasets.shaping.shaped import Example, Message, Unsayable
from shared.datasets.shaping.texts import is_empty, text_of

BESIDE_MESSAGES = ("tools", "parallel_tool_calls")


def are_messages(value: object) -> bool:
    """Whether messages can be told apart; whether they keep the rules is not looked at."""
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) and "role" in one for one in value)


def check_chat(example: Example) -> Example:
    """The chat itself. Raises Unsayable when its messages cannot be told apart."""
    if are_messages(example.get("messages")):
        return example
    raise Unsayable("/messages", "there are no messages")


def _completion(example: Example, conversion: Conversion) -> Example:
    prompt, completion = example.get("prompt"), example.get("completion")
    if not isinstance(prompt, str) or not isinstance(completion, str):
        raise Unsayable("", "a prompt and a completion are needed, both texts")
    prompt, completion = conversion.affixes.strip(prompt, completion)
    if not prompt.strip() and not conversion.system:
        raise Unsayable("/prompt", "nothing is asked, and there is no system message either")
    said = [("system", conversion.system), ("user", prompt), ("assistant", completion)]
    return {"messages": [_message(role, text) for role, text in said if text.strip() or role == "assistant"]}


def _preference(example: Example, _conversion: Conversion) -> Example:
    """The preferred side; the other is left."""
    asked, preferred = example.get("input"), example.get("preferred_output")
    if not isinstance(asked, dict) or not are_messages(asked.get("messages")):
        raise Unsayable("/input/messages", "there are no messages")
    if not isinstance(preferred, list) or not are_messages(preferred):
        raise Unsayable("/preferred_output", "there is no preferred answer")
    return {"messages": [*asked["messages"], *preferred], **_beside(asked)}


def _reinforcement(example: Example, conversion: Conversion) -> Example:
    """The reference becomes the answer; keys that only graders read are left."""
    if not are_messages(example.get("messages")):
        raise Unsayable("/messages", "there are no messages")
    answer = example.get(conversion.answer_key)
    if is_empty(answer):
        raise Unsayable("", f'the key "{conversion.answer_key}" holds no answer')
    return {"messages": [*example["messages"], _message("assistant", text_of(answer))], **_beside(example)}


def _message(role: str, text: str) -> Message:
    return {"role": role, "content": text}


def _beside(example: Example) -> Example:
    return {key: example[key] for key in BESIDE_MESSAGES if key in example}


INTO_CHAT: dict[Shape, Callable[[Example, Conversion], Example]] = {
    Shape.CHAT: lambda chat, _conversion: check_chat(chat),
    Shape.COMPLETION: _completion,
    Shape.PREFERENCE: _preference,
    Shape.REINFORCEMENT: _reinforcement,
}
