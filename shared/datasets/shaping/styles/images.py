"""Images that a row lists beside its texts, each with its place marked by `<image>` in what the user says.

Only addresses can be carried: a path leads nowhere outside the machine where the file was made.
"""

from typing import Any

from shared.datasets.findings import found, pointer
from shared.datasets.shaping.shaped import Findings, Message

MARK = "<image>"
ADDRESSES = ("https://", "http://", "data:image/")


def place_images(messages: list[Message], images: object, findings: Findings) -> None:
    """Put each image where the next mark stands. Changes the messages of the user."""
    listed = images if isinstance(images, list) else [images]
    for index, image in enumerate(listed):
        if not isinstance(image, str) or not image.startswith(ADDRESSES):
            findings.append(
                found("part_not_carried", pointer("images", index), "only images with an address are carried", image)
            )
    marks = sum(_marks(message) for message in messages)
    if marks != len(listed):
        findings.append(found("part_not_carried", "/images", f"{len(listed)} images for {marks} marks {MARK}"))
        return
    left = iter(listed)
    for message in messages:
        if _marks(message):
            message["content"] = _parts(message["content"], [next(left) for _ in range(_marks(message))])


def _marks(message: Message) -> int:
    content = message.get("content")
    return content.count(MARK) if message["role"] == "user" and isinstance(content, str) else 0


def _parts(text: str, images: list[str]) -> list[dict[str, Any]]:
    first, *rest = text.split(MARK)
    parts: list[dict[str, Any]] = [{"type": "text", "text": first}]
    for image, after in zip(images, rest, strict=True):
        parts += [{"type": "image_url", "image_url": {"url": image}}, {"type": "text", "text": after}]
    return [part for part in parts if part["type"] != "text" or part["text"].strip()]
