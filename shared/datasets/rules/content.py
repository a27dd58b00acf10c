"""The rules for what a message says: a text, or parts that are texts, images or a refusal. Images themselves are in `images`."""

from collections.abc import Iterator
from typing import Any

from shared.datasets.findings import Finding, found, found_extra_keys, pointer
from shared.datasets.rules.images import check_image

# The part types of each role, with the one key beside `type` that each must have.
TEXT_PARTS = {"text": "text"}
USER_PARTS = {"text": "text", "image_url": "image_url"}
ASSISTANT_PARTS = {"text": "text", "refusal": "refusal"}


def check_content(role: str, content: object, where: str) -> Iterator[Finding]:
    """Content that is there and not null."""
    match content:
        case str():
            if not content.strip():
                yield found("empty_content", where, f"the {role} message says nothing")
        case list():
            yield from _check_parts(role, content, where)
        case _:
            yield found("invalid_content", where, "content must be a text or a list of parts", content)


def _check_parts(role: str, parts: list[Any], where: str) -> Iterator[Finding]:
    if not parts:
        yield found("invalid_content", where, "the list of parts is empty")
    for index, part in enumerate(parts):
        yield from _check_part(role, part, where + pointer(index))
    if role == "assistant" and len(parts) > 1 and any(_is_refusal(part) for part in parts):
        yield found("refusal_among_parts", where, "a refusal stands beside other parts")


def _is_refusal(part: object) -> bool:
    return isinstance(part, dict) and part.get("type") == "refusal"


def _check_part(role: str, part: object, where: str) -> Iterator[Finding]:
    if not isinstance(part, dict) or not isinstance(part.get("type"), str):
        yield found("invalid_part", where, "a part must be an object with a type", part)
        return
    kind = part["type"]
    known = {"user": USER_PARTS, "assistant": ASSISTANT_PARTS}.get(role, TEXT_PARTS)
    if kind == "image_url" and role != "user":
        yield found("image_not_from_user", where, f"a message of the role {role} cannot hold an image")
    elif kind not in known:
        yield found("unknown_part_type", where + "/type", f'the type "{kind}" is not known in {role} messages', kind)
    else:
        yield from _check_known_part(part, known[kind], where)


def _check_known_part(part: dict[str, Any], key: str, where: str) -> Iterator[Finding]:
    yield from found_extra_keys("invalid_part", part, {"type", key}, where)
    if key == "image_url":
        yield from check_image(part.get(key), where + pointer(key))
    elif not isinstance(part.get(key), str):
        yield found("invalid_part", where + pointer(key), f'"{key}" must be a text', part.get(key))
    elif not part[key].strip():
        yield found("empty_content", where + pointer(key), "the part says nothing")
