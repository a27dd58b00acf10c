"""Units that cannot be divided are put into parts of wished sizes, by chance.

A unit is a set of examples that belong together, such as repetitions of one example; a stratum is a set of units of which
each part has a wished share. Large units are placed first, where there is room; single examples then fill the parts.
"""

import numpy as np
from numpy.typing import NDArray

from shared.datasets.splitting.chance import Draws

Numbers = NDArray[np.int64]
Parts = NDArray[np.uint8]
"""For each example or unit, the number of its part."""


def allot(units: Numbers, strata: Numbers, wished: Numbers, chances: Draws) -> Parts:
    """The part of each unit, by its size and stratum.

    `wished` has a row for each stratum and a column for each part: how many examples of the stratum the part shall have. If
    all examples are single, it has so many, and every such filling is equally likely. If not, it comes as near as the units let it;
    with one stratum no part is larger than wished by as much as the largest unit.
    """
    parts = np.zeros(len(units), np.uint8)
    room = wished.copy()
    several = np.flatnonzero(units > 1)
    for unit in several[np.lexsort((chances[several], -units[several]))]:
        part = _part_of(int(units[unit]), room[strata[unit]].tolist(), int(chances[unit]))
        parts[unit] = part
        room[strata[unit], part] -= units[unit]
    singles = np.flatnonzero(units == 1)
    in_order = singles[np.lexsort((chances[singles], strata[singles]))]
    parts[in_order] = _filling(_places(room), strata[in_order])
    return parts


def _part_of(size: int, room: list[int], chance: int) -> int:
    """One of the parts in which there is room, with a chance that grows with the room; else the one with the most."""
    fitting = [left if left >= size else 0 for left in room]
    place = chance * sum(fitting) >> 64
    for part, left in enumerate(fitting):
        if place < left:
            return part
        place -= left
    return max(range(len(room)), key=room.__getitem__)


def _places(room: Numbers) -> Numbers:
    """How many single examples of each stratum each part takes.

    Where large units took more than a part's size, the places of another part are fewer: of the one with the most in the
    stratum, and where possible in another stratum, so that the sizes of the parts come right over all.
    """
    places = np.maximum(room, 0)
    for stratum in np.flatnonzero((room < 0).any(axis=1)):
        excess = int(-room[stratum][room[stratum] < 0].sum())
        while excess:
            most = int(places[stratum].argmax())
            taken = min(excess, int(places[stratum, most]))
            places[stratum, most] -= taken
            excess -= taken
    _even_out(places, room.sum(axis=0) - places.sum(axis=0))
    return places


def _even_out(places: Numbers, lacking: Numbers) -> None:
    """Moves places from parts that have too many over all to parts that have too few, in the largest strata first."""
    for stratum in np.argsort(-places.sum(axis=1), kind="stable"):
        if not lacking.any():
            return
        for part in np.flatnonzero(lacking < 0):
            for other in np.flatnonzero(lacking > 0):
                moved = min(-lacking[part], lacking[other], places[stratum, part])
                places[stratum, part] -= moved
                places[stratum, other] += moved
                lacking[part] += moved
                lacking[other] -= moved


def _filling(places: Numbers, strata: Numbers) -> Parts:
    """The parts of single examples that are sorted by stratum: the first places of a stratum are those of the first part."""
    first_of = np.searchsorted(strata, np.arange(len(places)))
    rank = np.arange(len(strata)) - first_of[strata]
    ends = places.cumsum(axis=1)[strata]
    parts: Parts = np.sum(rank[:, None] >= ends, axis=1, dtype=np.uint8)
    return parts
