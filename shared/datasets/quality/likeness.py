"""Examples that say nearly the same, inside one dataset or in two: what leaks from training into an evaluation.

Exact repetitions are left out: they have the same digest, and are found by it.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.datasets.prints import Writable
from shared.datasets.quality.nearness import Near, near_rows

LEAST_RESEMBLANCE = 0.4  # of shingles; where every thirtieth character differs, texts have some 0.6 in common


class Sketchbook(NamedTuple):
    """What is kept of a dataset to compare its examples: n lines of the source file, n digests, n sketches of 64 bytes."""

    lines: NDArray[np.uint32]
    digests: NDArray[np.uint64]
    sketches: NDArray[np.uint8]

    def write(self, target: Writable) -> None:
        """Put it into a file that `read` takes."""
        packed = BytesIO()
        np.savez(packed, **self._asdict())
        target.write(packed.getvalue())

    @classmethod
    def read(cls, source: BinaryIO) -> "Sketchbook":
        """What `write` wrote."""
        packed = np.load(BytesIO(source.read()), allow_pickle=False)
        return cls(*(packed[name] for name in cls._fields))


class Likeness(NamedTuple):
    line: int
    earlier_line: int  # of the other dataset, if there are two
    common: float  # about so much of both texts, from 0 to 1


def likenesses(book: Sketchbook) -> Iterator[Likeness]:
    """Each example of a dataset that is like an earlier one, by line."""
    yield from _told(near_rows(book.sketches, LEAST_RESEMBLANCE), book)


def likenesses_between(training: Sketchbook, held_out: Sketchbook) -> Iterator[Likeness]:
    """Each example that was held out but is like one of the training data, by line."""
    both = Sketchbook(
        lines=np.concatenate([training.lines, held_out.lines]),
        digests=np.concatenate([training.digests, held_out.digests]),
        sketches=np.concatenate([training.sketches, held_out.sketches]),
    )
    yield from _told(near_rows(both.sketches, LEAST_RESEMBLANCE, known=len(training.lines)), both)


def _told(near: Near, book: Sketchbook) -> Iterator[Likeness]:
    for later, earlier, resemblance in zip(*(column.tolist() for column in near), strict=True):
        if book.digests[later] != book.digests[earlier]:
            # The share of all shingles is less than that of one text's: two with a third in common have half of each.
            yield Likeness(int(book.lines[later]), int(book.lines[earlier]), 2 * resemblance / (1 + resemblance))
