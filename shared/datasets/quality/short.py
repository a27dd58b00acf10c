"""Examples too short for sketches, which say the same but for case, blanks and punctuation: 20 bytes are kept of each.

Signs are no punctuation: "3 + 2" is not "3 - 2". System messages do not count; examples with images or calls
are left out, since their texts are not all that they say.
"""

import string
from array import array
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import xxhash
from numpy.typing import NDArray

from shared.datasets.quality.block import Block

LONGEST = 400  # bytes: beyond them an example has enough for a sketch, or is mere template

_PUNCTUATION = ".,;:!?'\""
_PLAIN = bytes.maketrans(
    (string.ascii_uppercase + _PUNCTUATION).encode(), (string.ascii_lowercase + " " * len(_PUNCTUATION)).encode()
)
_NUL = b"\0"


class Short(NamedTuple):
    """What is kept of n short examples: digests of what they say and of the whole, and their lines."""

    said: NDArray[np.uint64]
    digests: NDArray[np.uint64]
    lines: NDArray[np.uint32]


class ShortExamples:
    def __init__(self) -> None:
        self._said, self._digests, self._lines = array("Q"), array("Q"), array("I")

    def add(self, block: Block, examples: NDArray[np.int64], most: int) -> int:
        """Of these examples of the block, the short ones are taken, so many at most; how many it were."""
        said = block.said.joined
        ends = block.said.ends[block.bounds[1:] - 1]
        starts = np.concatenate([np.zeros(1, np.int64), ends[:-1] + 1])[: len(ends)]
        are_short = examples[(ends - starts)[examples] <= LONGEST]
        examples = are_short[[example not in block.beside for example in are_short.tolist()]][:most]
        for start, end in zip(starts[examples].tolist(), ends[examples].tolist(), strict=True):
            self._said.append(_digest(said[start:end]))
        self._digests.extend(block.digests[examples].tolist())
        self._lines.extend(block.lines[example] for example in examples.tolist())
        return len(examples)

    def kept(self) -> Short:
        return Short(
            np.frombuffer(self._said, np.uint64),
            np.frombuffer(self._digests, np.uint64),
            np.frombuffer(self._lines, np.uint32),
        )


def repetitions(short: Short) -> Iterator[tuple[int, int]]:
    """Lines, each with the first one that says the same; but for exact repetitions of that one."""
    _, firsts, which = np.unique(short.said, return_index=True, return_inverse=True)
    earliest = firsts[which]
    for later in np.flatnonzero(short.digests != short.digests[earliest]).tolist():
        yield int(short.lines[later]), int(short.lines[earliest[later]])


def repetitions_between(training: Short, held_out: Short) -> Iterator[tuple[int, int]]:
    """Lines that were held out, each with the first of the training data that says the same; but for what stands there exactly."""
    said, firsts = np.unique(training.said, return_index=True)
    if not len(said):
        return
    places = np.minimum(np.searchsorted(said, held_out.said), len(said) - 1)
    is_same = (said[places] == held_out.said) & ~np.isin(held_out.digests, training.digests)
    for place in np.flatnonzero(is_same).tolist():
        yield int(held_out.lines[place]), int(training.lines[firsts[places[place]]])


def _digest(said: bytes) -> int:
    # The texts of an example stay apart; in front, a system message has left an empty place.
    words = said.translate(_PLAIN).replace(_NUL, b" \0 ").split()
    return xxhash.xxh3_64_intdigest(b" ".join(words).lstrip(b"\0 "))
