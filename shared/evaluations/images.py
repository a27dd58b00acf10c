"""How many tokens a provider counts for an image in a prompt, at most, by the family of the model. Pure.

An image's size is not known here (it may stand behind a URL), so the worst is taken: it is scaled into 2,048 by 2,048 pixels, then
to a shortest side of 768, which leaves eight tiles of 512 pixels. The small 4.1 models count at most 1,536 patches instead, each
times a factor.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.errors import InvalidRequest

_TILES = 8
_PATCHES = 1536

MOST_TOKENS = {
    "gpt-4o-mini": 2833 + 5667 * _TILES,
    "gpt-4o": 85 + 170 * _TILES,
    "gpt-4.1-mini": _PATCHES * 162 // 100 + 1,
    "gpt-4.1-nano": _PATCHES * 246 // 100 + 1,
    "gpt-4.1": 85 + 170 * _TILES,
}
"""Family → tokens; of two that fit, the longer name is meant."""


def most_of_images(count: int, base_model: str) -> int:
    """What so many images count at most. Raises InvalidRequest when there are any and the model's family is not known."""
    families = [family for family in MOST_TOKENS if base_model.startswith(family)]
    if count and not families:
        raise InvalidRequest(f"What an image costs at {base_model} is not known, so its cost cannot be limited.")
    return count * MOST_TOKENS[max(families, key=len)] if count else 0


def images_in(messages: Sequence[Mapping[str, Any]]) -> int:
    """How many images the messages show."""
    parts = (message.get("content") for message in messages)
    return sum(one.get("type") == "image_url" for content in parts if isinstance(content, list) for one in content)
