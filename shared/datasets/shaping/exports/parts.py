"""Parts of content as other readers write them. How closely an image is to be looked at (`detail`) is not carried."""

from typing import Any

Part = dict[str, Any]


def open_part(part: Part) -> Part:
    """As templates of open models take it: an image with its address, or with its bytes in base64."""
    if part.get("type") != "image_url":
        return part
    url = part["image_url"]["url"]
    if not url.startswith("data:"):
        return {"type": "image", "url": url}
    return {"type": "image", "base64": _data(url)[1]}


def anthropic_part(part: Part) -> Part:
    """As a block of Anthropic's."""
    if part.get("type") != "image_url":
        return part
    url = part["image_url"]["url"]
    if not url.startswith("data:"):
        return {"type": "image", "source": {"type": "url", "url": url}}
    kind, data = _data(url)
    return {"type": "image", "source": {"type": "base64", "media_type": kind, "data": data}}


def _data(url: str) -> tuple[str, str]:
    kind, _, data = url.removeprefix("data:").partition(";base64,")
    return kind, data
