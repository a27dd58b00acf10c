"""The rules: everything that is wrong with one row of a given shape. Pure; each rule is a small function in a tuple.

A row comes from `reading`, so what JSON itself forbids (twice the same key, NaN, halves of characters) is found before. What
concerns the whole file or one model is in `validation` and `acceptance`; what is merely doubtful is in `quality`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from shared.datasets.findings import Finding
from shared.datasets.rules.chat import check_chat
from shared.datasets.rules.completion import check_completion
from shared.datasets.rules.formats import other_format
from shared.datasets.rules.graders import check_references, references
from shared.datasets.rules.preference import check_preference
from shared.datasets.rules.reinforcement import check_reinforcement
from shared.datasets.shapes import Shape

__all__ = ["check", "check_references", "references"]

CHECKS: Mapping[Shape, Callable[[dict[str, Any]], Iterator[Finding]]] = {
    Shape.CHAT: check_chat,
    Shape.PREFERENCE: check_preference,
    Shape.REINFORCEMENT: check_reinforcement,
    Shape.COMPLETION: check_completion,
}


def check(row: dict[str, Any], shape: Shape) -> Iterator[Finding]:
    """Everything wrong with a row that is to have this shape; nothing further about one that has another altogether."""
    other = other_format(row, shape)
    if other is not None:
        yield other
        return
    yield from CHECKS[shape](row)
