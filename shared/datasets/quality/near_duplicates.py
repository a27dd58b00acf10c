"""Which examples say nearly the same as an earlier one: copies with a few words changed.

What stands in every tenth example is the template of the file, not what an example says, and does not count; nor does the
system message. Examples with little of their own beyond that are not judged, but for short ones: of these are found those that
differ in case, blanks and punctuation only. Exact repetitions are found elsewhere.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.datasets.findings import found
from shared.datasets.quality.block import Block
from shared.datasets.quality.likeness import Sketchbook, likenesses
from shared.datasets.quality.observer import Placed
from shared.datasets.quality.short import ShortExamples, repetitions
from shared.datasets.quality.sketches import WIDTH, Shingles, shingles_of, sketches_of

FEWEST_BINS = 12  # filled; some hundred letters
TEMPLATE_SHARE = 10  # a shingle in one of so many examples belongs to the template
FEWEST_OF_TEMPLATE = 8
LEARNT_FROM = 500  # examples of a block
MOST_COMPARED = 1_000_000

BUCKETS = 1 << 20
LAST_BITS = np.uint32(BUCKETS - 1)


class NearDuplicates:
    name = "near_duplicates"

    def __init__(self, most_compared: int = MOST_COMPARED) -> None:
        self._most = most_compared
        self._sketches = bytearray()  # grows without a second copy
        self._lines: list[NDArray[np.uint32]] = []
        self._digests: list[NDArray[np.uint64]] = []
        self._template = np.zeros(BUCKETS, np.bool_)
        self._short = ShortExamples()
        self._blocks = self._compared = self._unjudged = self._found = 0

    def see(self, block: Block) -> Iterable[Placed]:
        shingles = shingles_of(block)
        self._blocks += 1
        if self._blocks & (self._blocks - 1) == 0:  # the 1st, 2nd, 4th, 8th …: learning costs more than looking
            self._learn_template(shingles)
        own = ~self._template[shingles.hashes & LAST_BITS]
        sketches, filled = sketches_of(Shingles(shingles.hashes[own], shingles.owners[own]), len(block))
        judged = np.flatnonzero(filled >= FEWEST_BINS)[: self._most - self._compared]
        self._sketches += sketches[judged].tobytes()
        self._lines.append(np.asarray(block.lines, np.uint32)[judged])
        self._digests.append(block.digests[judged])
        self._compared += len(judged)
        short = self._short.add(block, np.flatnonzero(filled < FEWEST_BINS), self._most - self._compared)
        self._compared += short
        self._unjudged += len(block) - len(judged) - short
        return ()

    def _learn_template(self, shingles: Shingles) -> None:
        few = np.searchsorted(shingles.owners, LEARNT_FROM)
        hashes = shingles.hashes[:few]
        once = np.unique(shingles.owners[:few].astype(np.uint64) << np.uint64(32) | hashes) & np.uint64(0xFFFFFFFF)
        hashes, examples_with = np.unique(once, return_counts=True)
        examples = shingles.owners[few - 1] + 1 if few else 0
        is_common = examples_with > max(FEWEST_OF_TEMPLATE, examples // TEMPLATE_SHARE)
        self._template[hashes[is_common] & LAST_BITS] = True

    def sketchbook(self) -> Sketchbook:
        """What has been seen, to be compared with another dataset."""
        return Sketchbook(
            lines=np.concatenate([np.zeros(0, np.uint32), *self._lines]),
            digests=np.concatenate([np.zeros(0, np.uint64), *self._digests]),
            sketches=np.frombuffer(self._sketches, np.uint8).reshape(-1, WIDTH),
            short=self._short.kept(),
        )

    def conclude(self) -> Iterator[Placed]:
        for likeness in likenesses(self.sketchbook()):
            self._found += 1
            percent = round(100 * likeness.common)
            message = f"line {likeness.earlier_line} says nearly the same: about {percent} % is common to both"
            yield likeness.line, found("near_duplicate", "", message)
        for line, earlier_line in repetitions(self._short.kept()):
            self._found += 1
            message = f"line {earlier_line} says the same, case, blanks and punctuation aside"
            yield line, found("near_duplicate", "", message)

    def numbers(self) -> dict[str, Any]:
        """`compared` and `not_judged` (too little of their own, or beyond the first million) are counts of examples."""
        return {"found": self._found, "compared": self._compared, "not_judged": self._unjudged}
