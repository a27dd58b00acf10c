"""Examples of each shape, made from chats. Raises Unsayable for a chat that the shape cannot say."""

from collections.abc import Callable

from shared.datasets.shapes import Shape
from shared.datasets.shaping.conversions.conversion import Conversion
from shared.datasets.shaping.conversions.into_chat import BESIDE_MESSAGES
from shared.datasets.shaping.conversions.unrolling import is_trained
from shared.datasets.shaping.shaped import Example, Message, Unsayable
from shared.datasets.shaping.speech import spoken

SPEAKERS = {"user": "User", "assistant": "Assistant", "system": "System", "developer": "System"}


def preference_of(chat: Example) -> Example:
    """The last answer is preferred to one that is still to be added."""
    asked, answer = _parted(chat)
    return {
        "input": {"messages": asked, **_beside(chat)},
        "preferred_output": [answer],
        "non_preferred_output": [],
    }


def _reinforcement(chat: Example, conversion: Conversion) -> Example:
    """The last answer becomes what graders compare with."""
    asked, answer = _parted(chat)
    text = spoken(answer)
    if text is None:
        raise Unsayable("/messages", "the last answer is no text")
    if not asked or asked[-1].get("role") != "user":
        raise Unsayable("/messages", "what is answered last is not the user's")
    return {"messages": asked, **_beside(chat), conversion.answer_key: text}


def _completion(chat: Example, conversion: Conversion) -> Example:
    asked, answer = _parted(chat)
    texts = [spoken(message) for message in (*asked, answer)]
    said = [text for text in texts if text is not None]
    if len(said) < len(texts) or chat.get("tools") or chat.get("functions"):
        raise Unsayable("/messages", "tools and images cannot be said in a prompt")
    roles = [message.get("role") for message in asked]
    if conversion.as_transcript:
        prompt = _transcript(asked, said)
    elif roles in (["user"], ["system", "user"], ["developer", "user"]):
        prompt = "\n\n".join(said[:-1])
    else:
        raise Unsayable("/messages", "a chat of several turns is a completion only as a transcript")
    prompt, completion = conversion.affixes.add(prompt, said[-1])
    return {"prompt": prompt, "completion": completion}


def _transcript(asked: list[Message], said: list[str]) -> str:
    turns = [
        f"{SPEAKERS.get(str(message.get('role')), 'Tool')}: {text}" for message, text in zip(asked, said, strict=False)
    ]
    return "\n\n".join([*turns, f"{SPEAKERS['assistant']}:"])


def _parted(chat: Example) -> tuple[list[Message], Message]:
    """What was asked, and the last answer that is to be learnt; without weights, which belong to chats only."""
    messages = chat["messages"]
    if messages[-1]["role"] != "assistant":
        raise Unsayable("/messages", "the last message is not the assistant's")
    trained = [place for place, message in enumerate(messages) if is_trained(message)]
    if not trained:
        raise Unsayable("/messages", "every answer has the weight 0: none is to be learnt")
    *asked, answer = (
        {key: value for key, value in one.items() if key != "weight"} for one in messages[: trained[-1] + 1]
    )
    return asked, answer


def _beside(chat: Example) -> Example:
    if "functions" in chat:
        raise Unsayable("/functions", "functions have no place there: they must become tools first")
    return {key: chat[key] for key in BESIDE_MESSAGES if key in chat}


FROM_CHAT: dict[Shape, Callable[[Example, Conversion], Example]] = {
    Shape.CHAT: lambda chat, _conversion: chat,
    Shape.PREFERENCE: lambda chat, _conversion: preference_of(chat),
    Shape.REINFORCEMENT: _reinforcement,
    Shape.COMPLETION: _completion,
}
