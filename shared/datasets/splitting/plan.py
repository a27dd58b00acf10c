"""Which part each example of a dataset goes to, for every strategy; the writing of the parts is in `at_random.split`.

Repetitions of an example always fall into one part: an example that was trained on is no test.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.datasets.shapes import Shape
from shared.datasets.splitting.allotment import Numbers, Parts, allot
from shared.datasets.splitting.chance import draws
from shared.datasets.splitting.keys import Keys, SourcedExample, read_keys
from shared.datasets.splitting.request import CannotSplitError, SplitRequest, Strategy
from shared.datasets.splitting.shares import shares


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """The part of each example in its order: one byte each. `names` says what the numbers mean."""

    names: tuple[str, ...]
    part_of: Parts

    @property
    def sizes(self) -> tuple[int, ...]:
        return tuple(np.bincount(self.part_of, minlength=len(self.names)).tolist())

    def parts(self) -> Iterator[int]:
        return iter(self.part_of.tobytes())


def plan(examples: Iterable[SourcedExample], request: SplitRequest, shape: Shape) -> Assignment:
    """One pass over the examples. Each part gets at least one of them.

    The same examples are divided alike whatever their order, but for a split by time, where equal times keep their order.
    Raises CannotSplitError: too few examples, or too few that may be parted; keys missing (lines are named).
    """
    keys = read_keys(examples, request, shape)
    sizes = request.sizes(len(keys.examples))
    assignment = Assignment(request.parts, _STRATEGIES[request.strategy](keys, sizes, request.seed))
    if not all(assignment.sizes):
        raise CannotSplitError(f"too many examples must stay together: parts of {list(assignment.sizes)} are left")
    return assignment


@dataclass(frozen=True, slots=True, eq=False)
class _Units:
    """Sets of examples that stay together."""

    of_example: Numbers
    sizes: Numbers
    firsts: Numbers  # the place of the first example of each


def _units(of_example: NDArray[np.uint64]) -> _Units:
    _, firsts, numbers, sizes = np.unique(of_example, return_index=True, return_inverse=True, return_counts=True)
    return _Units(numbers, sizes, firsts)


def _at_random(keys: Keys, sizes: Sequence[int], seed: int) -> Parts:
    return _allotted(_units(keys.examples), sizes, seed)


def _grouped(keys: Keys, sizes: Sequence[int], seed: int) -> Parts:
    groups = _units(keys.keys).of_example
    return _allotted(_units(_joined(groups, _units(keys.examples))), sizes, seed)


def _stratified(keys: Keys, sizes: Sequence[int], seed: int) -> Parts:
    units = _units(keys.examples)
    _, labels = np.unique(keys.keys[units.firsts], return_inverse=True)
    totals = np.bincount(labels, weights=units.sizes).astype(np.int64)
    # A label that is seen once cannot be both learnt and tested.
    is_single = totals == 1
    shared_out = totals * ~is_single
    held_out = sum(sizes[1:])
    if held_out > shared_out.sum():
        raise CannotSplitError(
            f"{shared_out.sum()} examples have a label that others have too; {held_out} cannot be held out"
        )
    wished = shares(shared_out, (int(shared_out.sum()) - held_out, *sizes[1:]))
    wished[:, 0] += is_single
    return allot(units.sizes, labels, wished, draws(seed, len(units.sizes)))[units.of_example]


def _by_time(keys: Keys, sizes: Sequence[int], _: int) -> Parts:
    """The oldest first. Repetitions count as of the time of the oldest; a cut never parts them, but moves to the next gap."""
    units = _units(keys.examples)
    oldest = np.full(len(units.sizes), np.inf)
    np.minimum.at(oldest, units.of_example, keys.keys)
    order = np.lexsort((units.firsts, oldest))
    ends = units.sizes[order].cumsum()
    parts = np.zeros(len(units.sizes), np.uint8)
    for wished_end in np.cumsum(sizes)[:-1]:
        after = int(np.searchsorted(ends, wished_end))
        before = max(after - 1, 0)
        nearest = after if ends[after] - wished_end <= wished_end - ends[before] else before
        parts[order[nearest + 1 :]] += 1
    return parts[units.of_example]


def _allotted(units: _Units, sizes: Sequence[int], seed: int) -> Parts:
    one_stratum = np.zeros(len(units.sizes), np.int64)
    return allot(units.sizes, one_stratum, np.array([sizes]), draws(seed, len(units.sizes)))[units.of_example]


def _joined(groups: Numbers, repeated: _Units) -> NDArray[np.uint64]:
    """Groups that hold the same example become one: its key may be found outside of it, and differ."""
    leader = np.arange(len(groups))
    for place in np.flatnonzero(repeated.firsts[repeated.of_example] != leader):
        _join(leader, int(groups[place]), int(groups[repeated.firsts[repeated.of_example[place]]]))
    return np.array([_leader(leader, int(group)) for group in groups], np.uint64)


def _join(leader: Numbers, one: int, other: int) -> None:
    leader[_leader(leader, one)] = _leader(leader, other)


def _leader(leader: Numbers, group: int) -> int:
    while leader[group] != group:
        leader[group] = leader[leader[group]]
        group = int(leader[group])
    return group


_STRATEGIES = {
    Strategy.RANDOM: _at_random,
    Strategy.STRATIFIED: _stratified,
    Strategy.GROUPED: _grouped,
    Strategy.BY_TIME: _by_time,
}
