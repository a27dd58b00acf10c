"""What the writers of exports ask of chats: their system message, their turns, the arguments and answers of calls.

Raises Unsayable where a format has no place for what a chat says; what can be left out is a finding.
"""

from collections.abc import Iterator
from typing import Any

from shared.datasets.findings import found, pointer
from shared.datasets.shaping.shaped import Example, Findings, Message, Unsayable
from shared.datasets.shaping.speech import spoken
from shared.datasets.shaping.texts import parsed

SYSTEM = ("system", "developer")


def messages_in(chat: Example) -> list[Message]:
    """The messages of a chat whose tools and calls can be read, too. Unsayable when they are none."""
    messages = chat.get("messages")
    if not isinstance(messages, list) or not all(_is_message(one) for one in messages):
        raise Unsayable("/messages", "these are no messages")
    if not _all_functions(chat.get("tools")):
        raise Unsayable("/tools", "these are no tools")
    return messages


def _is_message(message: object) -> bool:
    return (
        isinstance(message, dict)
        and isinstance(message.get("role"), str)
        and _are_parts(message.get("content"))
        and _all_functions(message.get("tool_calls"))
    )


def _are_parts(content: object) -> bool:
    """Whether every part of content can be read; content that has no parts can."""
    if not isinstance(content, list):
        return True
    return all(isinstance(part, dict) and (part.get("type") != "image_url" or _has_address(part)) for part in content)


def _has_address(part: dict[str, Any]) -> bool:
    image = part.get("image_url")
    return isinstance(image, dict) and isinstance(image.get("url"), str)


def _all_functions(listed: object) -> bool:
    """Whether every tool or call of a list holds a function; a list that is not there does."""
    if not isinstance(listed, list):
        return listed is None
    return all(isinstance(one, dict) and isinstance(one.get("function"), dict) for one in listed)


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


def content_of(message: Message) -> object:
    """What a message says: its content, or the refusal that stands in its place; None when it only calls tools."""
    content, refusal = message.get("content"), message.get("refusal")
    return refusal if content is None and isinstance(refusal, str) else content


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
    if not isinstance(output, list) or len(output) != 1 or not _is_message(output[0]):
        raise Unsayable(pointer(key), "an output of exactly one message is needed")
    answer: Message = output[0]
    return answer


def asked_in(example: Example) -> Example:
    asked = example.get("input")
    if not isinstance(asked, dict):
        raise Unsayable("/input", "there is no input")
    return asked


def note_left_out(messages: list[Message], findings: Findings) -> None:
    """Find weights of 0 and names, of which formats that hold texts only know nothing, and how images are to be looked at."""
    if any(message.get("weight") == 0 for message in messages):
        findings.append(found("left_out_of_export", "/messages", "answers of weight 0 will be learnt there"))
    if any("name" in message for message in messages):
        findings.append(found("left_out_of_export", "/messages", "names are left out"))
    if any("detail" in image for image in _images(messages)):
        findings.append(found("left_out_of_export", "/messages", "how closely images are to be looked at is left out"))


def note_left_out_beside(chat: Example, findings: Findings) -> None:
    """Find what open trainers have no word for beside the messages."""
    if "parallel_tool_calls" in chat:
        findings.append(
            found("left_out_of_export", "/parallel_tool_calls", "whether calls may be parallel is left out")
        )


def _images(messages: list[Message]) -> Iterator[dict[str, Any]]:
    for message in messages:
        for part in message["content"] if isinstance(message.get("content"), list) else ():
            if part.get("type") == "image_url":
                yield part["image_url"]
