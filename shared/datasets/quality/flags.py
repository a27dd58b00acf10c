"""On which lines the observers found what: all of them, four bytes each, also those whose findings are not kept one by one.

Remedies that leave out what was found go by these.
"""

from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping
from io import BytesIO
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from shared.datasets.findings import WHOLE_FILE
from shared.datasets.prints import Writable


class Flags:
    """Gathers lines by code."""

    def __init__(self) -> None:
        self._lines: dict[str, array[int]] = {}

    def add(self, code: str, line: int) -> None:
        if line != WHOLE_FILE:
            self._lines.setdefault(code, array("I")).append(line)

    def write(self, target: Writable) -> None:
        """Put them into a file that `read_flags` takes."""
        packed = BytesIO()
        sorted_lines = {code: np.unique(np.frombuffer(lines, np.uint32)) for code, lines in self._lines.items()}
        np.savez(packed, allow_pickle=False, **sorted_lines)
        target.write(packed.getvalue())


class Lines(Collection[int]):
    """Sorted line numbers."""

    def __init__(self, lines: NDArray[np.uint32]) -> None:
        self._lines = lines

    @override
    def __contains__(self, line: object) -> bool:
        if not isinstance(line, int):
            return False
        place = bisect_left(self._lines, line)
        return place < len(self._lines) and int(self._lines[place]) == line

    @override
    def __iter__(self) -> Iterator[int]:
        return iter(self._lines.tolist())

    @override
    def __len__(self) -> int:
        return len(self._lines)


def read_flags(source: BinaryIO) -> Mapping[str, Lines]:
    """By code, the lines on which something was found."""
    packed = np.load(BytesIO(source.read()), allow_pickle=False)
    return {code: Lines(packed[code]) for code in packed.files}
