"""The rules for images in an example: how many there are, where they come from, and what can be seen of them from outside.

Nothing is fetched, and whether an image shows something that providers drop (people, faces) is not known here.
"""

import binascii
import re
from collections.abc import Iterator
from typing import Any

from shared.datasets.findings import Finding, found, found_extra_keys, pointer
from shared.datasets.rules.image_heads import is_rgb, kind_of

LARGEST_IMAGE_BYTES = 10 * 1024 * 1024
MOST_IMAGES_OPENAI = 10
MOST_IMAGES = 64
IMAGE_KINDS = ("image/jpeg", "image/png", "image/webp")
ADDRESSES = ("https://", "http://")
IMAGE_DETAILS = ("auto", "low", "high")

_DATA_URL = re.compile(r"data:([^;,]*)(;base64)?,")


def images_in(row: dict[str, Any]) -> int:
    """How many images the messages of an example have, well-formed or not."""
    return sum(1 for _ in placed_images(row.get("messages"), ""))


def placed_images(messages: object, where: str, role: str | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each image part in a list of messages that stands at `where`; with `role`, in messages of that role."""
    for index, message in enumerate(messages if isinstance(messages, list) else ()):
        if not isinstance(message, dict) or role not in (None, message.get("role")):
            continue
        content = message.get("content")
        for place, part in enumerate(content if isinstance(content, list) else ()):
            if isinstance(part, dict) and part.get("type") == "image_url":
                yield where + pointer(index, "content", place), part


def image_count(row: dict[str, Any]) -> Iterator[Finding]:
    """Whether there are more images than providers take."""
    images = images_in(row)
    if images > MOST_IMAGES:
        yield found("over_64_images", "/messages", f"the example has {images} images")
    elif images > MOST_IMAGES_OPENAI:
        yield found("over_10_images", "/messages", f"the example has {images} images")


def images_are_inline(row: dict[str, Any]) -> Iterator[Finding]:
    """Said once of an example, at the first of the user's images that would have to be fetched."""
    for where, part in placed_images(row.get("messages"), "/messages", "user"):
        image = part.get("image_url")
        url = image.get("url") if isinstance(image, dict) else None
        if isinstance(url, str) and url.startswith(ADDRESSES):
            yield found("image_not_inline", where + "/image_url/url", "the image is behind an address", url)
            return


def check_image(image: object, where: str) -> Iterator[Finding]:
    """The value of "image_url"."""
    if not isinstance(image, dict) or not isinstance(image.get("url"), str):
        yield found("invalid_image", where, 'an image is written as {"url": ...}', image)
        return
    if image.get("detail", "auto") not in IMAGE_DETAILS:
        yield found("invalid_image", where + "/detail", 'the detail must be "auto", "low" or "high"', image["detail"])
    yield from found_extra_keys("invalid_image", image, {"url", "detail"}, where)
    url = image["url"]
    if not url.startswith(ADDRESSES):
        yield from _check_data_url(url, where + "/url")


def _check_data_url(url: str, where: str) -> Iterator[Finding]:
    head = _DATA_URL.match(url)
    if head is None or not head[2]:
        yield found("invalid_image", where, "neither a web address nor a base64 data URL", url)
        return
    if head[1] not in IMAGE_KINDS:
        yield found("unsupported_image", where, f'images of the kind "{head[1]}" are not taken', head[1])
    try:
        content = binascii.a2b_base64(url[head.end() :], strict_mode=True)
    except ValueError:
        yield found("invalid_image", where, "the data URL does not hold base64", url)
        return
    if len(content) > LARGEST_IMAGE_BYTES:
        yield found("image_too_large", where, f"the image has {len(content)} bytes")
    yield from _check_head(head[1], content, where)


def _check_head(said: str, content: bytes, where: str) -> Iterator[Finding]:
    kind = kind_of(content)
    if kind is not None and kind != said and said in IMAGE_KINDS:
        yield found("image_kind_differs", where, f"the data URL says {said}, and holds {kind}", said)
    if is_rgb(content) is False:
        yield found("image_not_rgb", where, "the image is grey, or has a palette or the colours of print")
