"""Unrolls a chat of several answers into chats of which each trains one answer, with all that was said before it."""

from collections.abc import Iterator

from shared.datasets.shaping.shaped import Example, Message


def unrolled(chat: Example) -> Iterator[Example]:
    """A chat for each answer that was to be learnt. Together they train what the chat trained, each answer once.

    A chat in which nothing was to be learnt stays as it is.
    """
    messages = chat["messages"]
    ends = [index for index, message in enumerate(messages) if is_trained(message)]
    if not ends:
        yield chat
    for end in ends:
        before = [_untrained(message) for message in messages[:end]]
        last = {key: value for key, value in messages[end].items() if key != "weight"}
        yield chat | {"messages": [*before, last]}


def is_trained(message: Message) -> bool:
    """Whether this is an answer that is to be learnt."""
    return message["role"] == "assistant" and message.get("weight") != 0


def _untrained(message: Message) -> Message:
    # It is learnt in the chat that ends with it: here it would count a second time.
    return message | {"weight": 0} if message["role"] == "assistant" else message
