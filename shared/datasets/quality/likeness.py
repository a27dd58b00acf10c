"""Examples that say nearly the same, inside one dataset or in two: what leaks from training into an evaluation.

Exact repetitions are left out: they have the same digest, and are found by it.
"""

from collections.abc import Iterator
from heapq import merge
from io import BytesIO
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.datasets.prints import Writable
from shared.datasets.quality.nearness import Near, near_rows
from shared.datasets.quality.short import Short, repetitions_between

_OF_SHORT = "short_"
NOTHING_SHORT = Short(np.zeros(0, np.uint64), np.zeros(0, np.uint64), np.zeros(0, np.uint32))
LEAST_RESEMBLANCE = 0.4  # of shingles; where every thirtieth character differs, texts have some 0.6 in common


class Sketchbook(NamedTuple):
    """What is kept of a dataset to compare its examples: n lines of the source file, n digests, n sketches of 64 bytes.

    Of examples that are too short for a sketch there is what they say, but for case, blanks and punctuation.
    """

    lines: NDArray[np.uint32]
    digests: NDArray[np.uint64]
    sketches: NDArray[np.uint8]
    short: Short

    def write(self, target: Writable) -> None:
        """Put it into a file that `read` takes."""
        packed = BytesIO()
        short = {_OF_SHORT + name: column for name, column in self.short._asdict().items()}
        np.savez(packed, lines=self.lines, digests=self.digests, sketches=self.sketches, **short)
        target.write(packed.getvalue())

    @classmethod
    def read(cls, source: BinaryIO) -> "Sketchbook":
        """What `write` wrote; what an earlier release wrote has nothing of short examples."""
        packed = np.load(BytesIO(source.read()), allow_pickle=False)
        is_whole = _OF_SHORT + "said" in packed.files
        short = Short(*(packed[_OF_SHORT + name] for name in Short._fields)) if is_whole else NOTHING_SHORT
        return cls(packed["lines"], packed["digests"], packed["sketches"], short)


class Likeness(NamedTuple):
    line: int
    earlier_line: int  # of the other dataset, if there are two
    common: float  # about so much of both texts, from 0 to 1


def likenesses(book: Sketchbook) -> Iterator[Likeness]:
    """Each example of a dataset that is like an earlier one, by line."""
    yield from _told(near_rows(book.sketches, LEAST_RESEMBLANCE), book)


def likenesses_between(training: Sketchbook, held_out: Sketchbook) -> Iterator[Likeness]:
    """Each example that was held out but is like one of the training data, by line; short ones only where nothing but case,
    blanks and punctuation differ.
    """
    both = Sketchbook(
        lines=np.concatenate([training.lines, held_out.lines]),
        digests=np.concatenate([training.digests, held_out.digests]),
        sketches=np.concatenate([training.sketches, held_out.sketches]),
        short=NOTHING_SHORT,
    )
    sketched = _told(near_rows(both.sketches, LEAST_RESEMBLANCE, known=len(training.lines)), both)
    short = (Likeness(*lines, common=1.0) for lines in repetitions_between(training.short, held_out.short))
    yield from merge(sketched, short)


def _told(near: Near, book: Sketchbook) -> Iterator[Likeness]:
    for later, earlier, resemblance in zip(*(column.tolist() for column in near), strict=True):
        if book.digests[later] != book.digests[earlier]:
            # The share of all shingles is less than that of one text's: two with a third in common have half of each.
            yield Likeness(int(book.lines[later]), int(book.lines[earlier]), 2 * resemblance / (1 + resemblance))
