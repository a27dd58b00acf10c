"""What reinforcement examples have beside their messages, for graders to read: how many examples have each key.

A key within an object is named with a dot, `answer.city`. What stands in lists is not looked at.
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from shared.datasets.quality.block import Block
from shared.datasets.quality.observer import Placed
from shared.datasets.rules.graders import RESERVED_KEYS
from shared.datasets.shapes import Shape

MOST_KEYS = 500
DEEPEST = 4


class ItemKeys:
    name = "item_keys"

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._examples = 0
        self._is_whole = True

    def see(self, block: Block) -> tuple[Placed, ...]:
        if block.shape is Shape.REINFORCEMENT:
            for raw in block.raw:
                self._count(json.loads(raw))
        return ()

    def conclude(self) -> tuple[Placed, ...]:
        return ()

    def numbers(self) -> dict[str, Any]:
        if not self._examples:
            return {}
        return {"examples": self._examples, "keys": dict(sorted(self._counts.items())), "whole": self._is_whole}

    def _count(self, row: dict[str, Any]) -> None:
        self._examples += 1
        for name in _names({key: value for key, value in row.items() if key not in RESERVED_KEYS}):
            if name in self._counts or len(self._counts) < MOST_KEYS:
                self._counts[name] += 1
            else:
                self._is_whole = False


def _names(item: dict[str, Any], before: str = "", depth: int = 1) -> Iterator[str]:
    for key, value in item.items():
        yield before + key
        if isinstance(value, dict) and depth < DEEPEST:
            yield from _names(value, f"{before}{key}.", depth + 1)
