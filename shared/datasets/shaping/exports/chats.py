"""What the writers of exports ask of chats: their system message, their turns, the arguments and answers of calls.

Raises Unsayable where a format has no place for what a chat says; what can be left out is a finding.
"""

from typing import Any

from shared.datasets.findings import found, pointer
from shared.datasets.shaping.shaped import Example, Findings, Message, Unsayable
from shared.datasets.shaping.speech import spoken
from shared.datasets.shaping.texts import parsed

SYSTEM = ("system", "developer")


def messages_in(chat: Example) -> list[Message]:
    messages = chat.get("messages")
    if not isinstance(messages, list) or not all(isinstance(one, dict) and "role" in one for one in messages):
        raise Unsayable("/messages", "these are no messages")
    return messages


def system_and_rest(messages: list[Message]) -> tuple[str, list[Message]]:
    """The system message that comes first, or "", and what follows. Unsayable when another follows later."""
    first = [messages[0]] if messages and messages[0]["role"] in SYSTEM else []
    rest = messages[len(first) :]
    if any(message["role"] in SYSTEM for message in rest):
        raise Unsayable("/messages", "only the first message can be the system's")
    return text(first[0], "/messages/0") if first else "", rest


def text(message: Message, where: str) -> str:
    said = spoken(message)
    if said is None:
        raise Unsayable(where, "this message says something other than text")
    return said


def pairs(messages: list[Message]) -> tuple[str, list[tuple[str, str]]]:
    """The system message, and what was asked with what was answered. Unsayable unless the two speak by turns, in texts."""
    system, rest = system_and_rest(messages)
    roles = [message["role"] for message in rest]
    if not roles or roles != ["user", "assistant"] * (len(roles) // 2):
        raise Unsayable("/messages", "user and assistant must speak by turns")
    said = [text(message, "/messages") for message in rest]
    return system, list(zip(said[::2], said[1::2], strict=True))


def arguments_of(call: dict[str, Any], where: str) -> dict[str, Any]:
    """The arguments of a call as an object."""
    try:
        arguments = parsed(call["function"]["arguments"])
    except (ValueError, TypeError, KeyError) as error:
        raise Unsayable(where, "the arguments of a call are no JSON") from error
    if not isinstance(arguments, dict):
        raise Unsayable(where, "the arguments of a call are no JSON object")
    return arguments


def only_answer(example: Example, key: str) -> Message:
    """The one message of an output of a preference example."""
    output = example.get(key)
    if not isinstance(output, list) or len(output) != 1 or not isinstance(output[0], dict):
        raise Unsayable(pointer(key), "an output of exactly one message is needed")
    return output[0] if "role" in output[0] else {"role": "assistant", **output[0]}


def asked_in(example: Example) -> Example:
    asked = example.get("input")
    if not isinstance(asked, dict):
        raise Unsayable("/input", "there is no input")
    return asked


def note_left_out(messages: list[Message], findings: Findings) -> None:
    """Find weights of 0 and names, of which formats that hold texts only know nothing."""
    if any(message.get("weight") == 0 for message in messages):
        findings.append(found("left_out_of_export", "/messages", "answers of weight 0 will be learnt there"))
    if any("name" in message for message in messages):
        findings.append(found("left_out_of_export", "/messages", "names are left out"))
