"""The rules: everything that is wrong with one row of a given shape."""

from collections.abc import Iterator
from typing import Any

from shared.datasets.findings import Finding
from shared.datasets.rules import chat
from shared.datasets.shapes import Shape


def check(row: dict[str, Any], shape: Shape) -> Iterator[Finding]:
    assert shape is Shape.CHAT
    return chat.check(row)
