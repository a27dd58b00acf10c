"""Which sketches are near an earlier one: found by groups that agree in some bytes, then compared byte by byte.

Sketches are cut into bands of three bytes; whoever agrees with another in a band is compared with it. The bound is on work:
in each band an example is compared with the first of its group and the two before it, so that a file of a million examples of
one template costs no more than one of a million different ones.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

BANDS = 24
BYTES_OF_BAND = 3
PAIRS_AT_ONCE = 65_536

Numbers = NDArray[np.int64]


class Near(NamedTuple):
    """Rows `later`, each with an `earlier` row it resembles, and the share of their shingles that is common to both."""

    later: Numbers
    earlier: Numbers
    resemblance: NDArray[np.float64]


def near_rows(sketches: NDArray[np.uint8], least: float) -> Near:
    """Every row that resembles an earlier one by `least` or more is named once."""
    earlier = np.full(len(sketches), -1, np.int64)
    resemblance = np.zeros(len(sketches))
    for band in range(BANDS):
        columns = (band * BYTES_OF_BAND + np.arange(BYTES_OF_BAND) * (1 + band // 21)) % sketches.shape[1]
        for later, before in _candidates(sketches[:, columns]):
            is_open = (earlier[later] < 0) & (later != before)
            later, before = later[is_open], before[is_open]
            found = _resemblance(sketches, later, before)
            is_near = found >= least
            earlier[later[is_near]] = before[is_near]
            resemblance[later[is_near]] = found[is_near]
    later = np.flatnonzero(earlier >= 0)
    return Near(later, earlier[later], resemblance[later])


def _candidates(band: NDArray[np.uint8]) -> list[tuple[Numbers, Numbers]]:
    """Pairs (later, earlier) of rows that agree in the band."""
    keys = np.zeros(len(band), np.uint64)
    for column in band.T:
        keys = keys << np.uint64(8) | column
    ordered = np.sort(keys << np.uint64(32) | np.arange(len(band), dtype=np.uint64))
    rows = (ordered & np.uint64(0xFFFFFFFF)).astype(np.int64)
    keys = ordered >> np.uint64(32)
    same = np.concatenate([[False], keys[1:] == keys[:-1]])
    firsts = np.maximum.accumulate(np.where(same, 0, np.arange(len(rows))))
    members = np.flatnonzero(same)
    return [
        (rows[members], rows[partner]) for partner in (firsts[members], members - 1, _second_before(members, firsts))
    ]


def _second_before(members: Numbers, firsts: Numbers) -> Numbers:
    return np.maximum(members - 2, firsts[members])


def _resemblance(sketches: NDArray[np.uint8], one: Numbers, other: Numbers) -> NDArray[np.float64]:
    shares = [
        (sketches[one[at : at + PAIRS_AT_ONCE]] == sketches[other[at : at + PAIRS_AT_ONCE]]).mean(axis=1)
        for at in range(0, len(one), PAIRS_AT_ONCE)
    ]
    return np.concatenate(shares) if shares else np.zeros(0)
