"""The rules for what a message of a chat example says: a text, or parts that are texts, images or a refusal.

Whether an image shows something providers would drop (people, faces) is not known here; nor is it fetched.
"""

import binascii
import re
from collections.abc import Iterator
from typing import Any

from shared.datasets.findings import Finding, found, found_extra_keys, pointer

LARGEST_IMAGE_BYTES = 10 * 1024 * 1024
IMAGE_KINDS = ("image/jpeg", "image/png", "image/webp")
IMAGE_DETAILS = ("auto", "low", "high")

# The part types of each role, with the one key beside `type` that each must have.
TEXT_PARTS = {"text": "text"}
USER_PARTS = {"text": "text", "image_url": "image_url"}
ASSISTANT_PARTS = {"text": "text", "refusal": "refusal"}

_DATA_URL = re.compile(r"data:([^;,]*)(;base64)?,")


def check_content(role: str, content: object, where: str) -> Iterator[Finding]:
    """Content that is there and not null."""
    match content:
        case str():
            if not content.strip():
                yield found("empty_content", where, f"the {role} message says nothing")
        case list():
            if not content:
                yield found("invalid_content", where, "the list of parts is empty")
            for index, part in enumerate(content):
                yield from _check_part(role, part, where + pointer(index))
        case _:
            yield found("invalid_content", where, "content must be a text or a list of parts", content)


def images_in(row: dict[str, Any]) -> int:
    """How many images an example has, well-formed or not."""
    messages = row.get("messages")
    if not isinstance(messages, list):
        return 0
    contents = (message.get("content") for message in messages if isinstance(message, dict))
    parts = (part for content in contents if isinstance(content, list) for part in content)
    return sum(isinstance(part, dict) and part.get("type") == "image_url" for part in parts)


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
        yield from _check_image(part.get(key), where + pointer(key))
    elif not isinstance(part.get(key), str):
        yield found("invalid_part", where + pointer(key), f'"{key}" must be a text', part.get(key))


def _check_image(image: object, where: str) -> Iterator[Finding]:
    if not isinstance(image, dict) or not isinstance(image.get("url"), str):
        yield found("invalid_image", where, 'an image is written as {"url": ...}', image)
        return
    if image.get("detail", "auto") not in IMAGE_DETAILS:
        yield found("invalid_image", where + "/detail", 'the detail must be "auto", "low" or "high"', image["detail"])
    yield from found_extra_keys("invalid_image", image, {"url", "detail"}, where)
    url = image["url"]
    if not url.startswith(("https://", "http://")):
        yield from _check_data_url(url, where + "/url")


def _check_data_url(url: str, where: str) -> Iterator[Finding]:
    head = _DATA_URL.match(url)
    if head is None or not head[2]:
        yield found("invalid_image", where, "neither a web address nor a base64 data URL", url)
        return
    if head[1] not in IMAGE_KINDS:
        yield found("unsupported_image", where, f'images of the kind "{head[1]}" are not taken', head[1])
    try:
        size = len(binascii.a2b_base64(url[head.end() :], strict_mode=True))
    except ValueError:
        yield found("invalid_image", where, "the data URL does not hold base64", url)
        return
    if size > LARGEST_IMAGE_BYTES:
        yield found("image_too_large", where, f"the image has {size} bytes")
