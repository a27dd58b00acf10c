"""Which examples of a dataset say the same as an earlier one: exact repetitions, in bounded memory.

Examples come as digests of 64 bits, many at once. Of 100 million files of half a million examples, one would have a
repetition that is none; it is a warning only. Nearly equal examples are found elsewhere.
"""

import numpy as np
from numpy.typing import NDArray

Digests = NDArray[np.uint64]
Lines = NDArray[np.int64]

FREE = 0
SMALLEST_TABLE = 1 << 12
FULLEST = 0.6


class Repetitions:
    """Remembers the first `most` different examples; later ones are compared with these only.

    Open addressing in two arrays: 500,000 examples take 12 MB. A digest lies where its last bits say, or in the next free
    place after that.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._known = 0
        self._digests: Digests = np.zeros(SMALLEST_TABLE, np.uint64)
        self._lines: NDArray[np.uint32] = np.zeros(SMALLEST_TABLE, np.uint32)
        self.unchecked = 0  # examples that were not remembered, so that a repetition of them would go unseen

    @property
    def size_bytes(self) -> int:
        return self._digests.nbytes + self._lines.nbytes

    def earlier_lines(self, digests: Digests, lines: Lines) -> Lines:
        """For each example the line that said the same before, or 0; those that are new are remembered."""
        digests = np.where(digests == FREE, np.uint64(1), digests)
        _, firsts, inverse = np.unique(digests, return_index=True, return_inverse=True)
        known = self._find(digests[firsts])[inverse]
        is_first = np.zeros(len(digests), bool)
        is_first[firsts] = True
        is_new = is_first & (known == 0)
        self._remember(digests[is_new], lines[is_new])
        # What was not remembered is not known at its second coming either, even within one block.
        remembered = np.cumsum(is_new) <= self._room_before
        repeats = ~is_first & (known == 0)
        within = np.where(remembered[firsts], lines[firsts], 0)[inverse]
        self.unchecked += int((repeats & (within == 0)).sum())
        return np.where(repeats, within, known)

    def _remember(self, digests: Digests, lines: Lines) -> None:
        self._room_before = self._most - self._known
        kept = min(self._room_before, len(digests))
        self.unchecked += len(digests) - kept
        self._known += kept
        while self._known > FULLEST * len(self._digests):
            self._grow()
        self._insert(digests[:kept], lines[:kept].astype(np.uint32))

    def _find(self, digests: Digests) -> Lines:
        found = np.zeros(len(digests), np.int64)
        asked = np.arange(len(digests))
        places = self._home(digests)
        while len(asked):
            there = self._digests[places]
            is_same = there == digests[asked]
            found[asked[is_same]] = self._lines[places[is_same]]
            goes_on = ~is_same & (there != FREE)
            asked, places = asked[goes_on], self._next(places[goes_on])
        return found

    def _insert(self, digests: Digests, lines: NDArray[np.uint32]) -> None:
        places = self._home(digests)
        while len(digests):
            is_free = self._digests[places] == FREE
            self._digests[places[is_free]] = digests[is_free]
            # Of several that wanted one free place, one has got it.
            is_in = self._digests[places] == digests
            self._lines[places[is_in]] = lines[is_in]
            digests, lines, places = digests[~is_in], lines[~is_in], self._next(places[~is_in])

    def _grow(self) -> None:
        is_taken = self._digests != FREE
        digests, lines = self._digests[is_taken], self._lines[is_taken]
        size = 2 * len(self._digests)
        self._digests, self._lines = np.zeros(size, np.uint64), np.zeros(size, np.uint32)
        self._insert(digests, lines)

    def _home(self, digests: Digests) -> NDArray[np.int64]:
        return (digests & np.uint64(len(self._digests) - 1)).astype(np.int64)

    def _next(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        return (places + 1) & (len(self._digests) - 1)
