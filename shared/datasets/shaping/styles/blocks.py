"""Anthropic's blocks of content (text, image, tool_use, tool_result), and images as templates of open models take them.

Thoughts are left out. Other blocks (documents, searches) have no place in an example.
"""

from typing import Any

from shared.datasets.findings import found, pointer
from shared.datasets.shaping.shaped import Findings, Message
from shared.datasets.shaping.tools import call

THOUGHTS = ("thinking", "redacted_thinking")
OF_ANTHROPIC = frozenset({"tool_use", "tool_result", "image", "document", *THOUGHTS})
BEGINNINGS = {"/9j/": "image/jpeg", "iVBOR": "image/png", "UklGR": "image/webp"}
OF_CHATS = frozenset({"image_url", "refusal"})


def is_block(part: object) -> bool:
    """Whether a part is of a kind that providers of fine-tuning do not take."""
    return isinstance(part, dict) and part.get("type") in OF_ANTHROPIC


def messages_of_blocks(message: Message, where: str, findings: Findings) -> list[Message]:
    """One message of Anthropic's may become several: each answer of a tool is a message of its own, before the rest."""
    answers: list[Message] = []
    calls: list[dict[str, Any]] = []
    parts: list[dict[str, Any]] = []
    for index, block in enumerate(message["content"]):
        here = where + pointer("content", index)
        kind = block.get("type") if isinstance(block, dict) else None
        if kind == "tool_result":
            answers.append(_tool_answer(block, here, findings))
        elif kind == "tool_use":
            calls.append(call(block.get("name"), block.get("input"), str(block.get("id"))))
        else:
            parts += _part(block, here, findings)
    said = _content(parts)
    if said is None and not calls:
        return answers
    role = {"role": message.get("role")}
    return [*answers, role | ({} if said is None else {"content": said}) | ({"tool_calls": calls} if calls else {})]


def system_text(system: object, where: str, findings: Findings) -> str:
    """A text, or blocks of text."""
    if isinstance(system, str):
        return system
    parts = _parts(system, where, findings)
    return "\n\n".join(str(part.get("text")) for part in parts)


def _parts(blocks: object, where: str, findings: Findings) -> list[dict[str, Any]]:
    if not isinstance(blocks, list):
        findings.append(found("not_a_text", where, "this is neither a text nor a list of blocks", blocks))
        return []
    return [part for index, block in enumerate(blocks) for part in _part(block, where + pointer(index), findings)]


def _part(block: object, where: str, findings: Findings) -> list[dict[str, Any]]:
    url = _address(block)
    if url is not None:
        return [{"type": "image_url", "image_url": {"url": url}}]
    match block:
        case {"type": "text", "text": str(text)}:
            return [{"type": "text", "text": text}]
        case dict() if block.get("type") in OF_CHATS:
            return [block]
        case {"type": str(kind)} if kind in THOUGHTS:
            findings.append(found("thoughts_left_out", where, "thoughts are left out"))
        case _:
            findings.append(found("part_not_carried", where, "no example can hold this block", block))
    return []


def _address(block: object) -> str | None:
    """Where an image is, or the image itself as a data URL; None for what is no image."""
    match block:
        case {"type": "image", "source": {"type": "base64", "media_type": str(kind), "data": str(data)}}:
            return f"data:{kind};base64,{data}"
        case {"type": "image", "base64": str(data)}:
            return f"data:{_kind_of(data)};base64,{data}"
        case {"type": "image", "source": {"type": "url", "url": str(url)}} | {"type": "image", "url": str(url)}:
            return url
        case _:
            return None


def _kind_of(data: str) -> str:
    """The media type that the first bytes of an image tell, as they look in base64."""
    return next((kind for start, kind in BEGINNINGS.items() if data.startswith(start)), "image/png")


def _tool_answer(block: dict[str, Any], where: str, findings: Findings) -> Message:
    content = block.get("content", "")
    if not isinstance(content, str):
        parts = _parts(content, where + pointer("content"), findings)
        if any(part["type"] != "text" for part in parts):
            findings.append(found("part_not_carried", where, "an answer of a tool can only be text"))
        content = "\n".join(str(part.get("text")) for part in parts)
    return {"role": "tool", "tool_call_id": block.get("tool_use_id"), "content": content}


def _content(parts: list[dict[str, Any]]) -> object:
    if len(parts) == 1 and parts[0]["type"] == "text":
        return parts[0]["text"]
    return parts or None
