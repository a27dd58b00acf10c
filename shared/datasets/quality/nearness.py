"""Which sketches are near an earlier one: found by groups that agree in some bytes, then compared byte by byte.

Sketches are cut into bands of three bytes; whoever agrees with another in a band is compared with it. The bound is on work:
in each band an example is compared with the first of its group and the two before it, so that a file of a million examples of
one template costs no more than one of a million different ones.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

COLUMNS = [[3 * band, 3 * band + 1, 3 * band + 2] for band in range(21)] + [[at, at + 21, at + 42] for at in (0, 7, 14)]
PAIRS_AT_ONCE = 65_536

Sketches = NDArray[np.uint8]  # a row each
Numbers = NDArray[np.int64]


class Near(NamedTuple):
    """Rows `later`, each with an `earlier` row it resembles, and the share of their shingles that is common to both."""

    later: Numbers
    earlier: Numbers
    resemblance: NDArray[np.float64]


def near_rows(sketches: Sketches, least: float, known: int | None = None) -> Near:
    """Every row that resembles an earlier one by `least` or more, named once.

    With `known`, only the first so many rows count as earlier, and only the others are judged.
    """
    earlier = np.full(len(sketches), -1, np.int64)
    resemblance = np.zeros(len(sketches))
    for columns in COLUMNS:
        for later, before in _candidates(sketches[:, columns], known):
            is_open = earlier[later] < 0
            rows, partners = later[is_open], before[is_open]
            found = _resemblance(sketches, rows, partners)
            is_near = found >= least
            earlier[rows[is_near]] = partners[is_near]
            resemblance[rows[is_near]] = found[is_near]
    rows = np.flatnonzero(earlier >= 0)
    return Near(rows, earlier[rows], resemblance[rows])


def _candidates(band: Sketches, known: int | None) -> Iterator[tuple[Numbers, Numbers]]:
    """Pairs (later, earlier) of rows that agree in the band: with the first of the group, and with the two nearest."""
    keys = np.zeros(len(band), np.uint64)
    for column in band.T:
        keys = keys << np.uint64(8) | column
    ordered = np.sort(keys << np.uint64(32) | np.arange(len(band), dtype=np.uint64))
    # Most rows agree with nobody, and are left out.
    agrees = (ordered[1:] ^ ordered[:-1]) < 1 << 32
    ordered = ordered[np.append(agrees, False) | np.append(False, agrees)] if len(ordered) else ordered
    rows = (ordered & np.uint64(0xFFFFFFFF)).astype(np.int64)
    places = np.arange(len(rows))
    is_new = np.diff(ordered >> np.uint64(32), prepend=ordered[:1] + np.uint64(1)) != 0
    firsts = np.maximum.accumulate(np.where(is_new, places, 0))
    nearest = places - 1
    if known is not None:
        nearest = np.minimum(nearest, np.maximum.accumulate(np.where(rows < known, places, -1)))
    members = np.flatnonzero((nearest >= firsts) & (rows >= (known or 0)))
    for partners in (firsts[members], nearest[members], np.maximum(nearest[members] - 1, firsts[members])):
        yield rows[members], rows[partners]


def _resemblance(sketches: Sketches, one: Numbers, other: Numbers) -> NDArray[np.float64]:
    shares = [
        (sketches[one[at : at + PAIRS_AT_ONCE]] == sketches[other[at : at + PAIRS_AT_ONCE]]).mean(axis=1)
        for at in range(0, len(one), PAIRS_AT_ONCE)
    ]
    return np.concatenate([np.zeros(0), *shares])
