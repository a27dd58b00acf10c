"""What scores tell, and what they do not: means, paired differences, their 95 % intervals, and a verdict. Pure.

Intervals are Student's, over the scores together with one imagined score at each end of what is possible (for means:
0 and 1; for differences: the largest difference seen, in favour of either side). For pass or fail this is the interval of
Agresti and Caffo, for paired differences that of Bonett and Price. We prefer it to the plain one and to the bootstrap because
both are sure of themselves after two or three examples that happen to agree, where nothing is known yet. It also needs no
random numbers: the same answers always give the same verdict.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from math import ceil, comb, sqrt
from statistics import NormalDist, fmean, stdev

# Student's 97.5 % quantiles for 1..10 degrees of freedom; beyond them Fisher's expansion is right to three decimals.
_STUDENT = (12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281)
_Z: float = NormalDist().inv_cdf(0.975)
_POWER_Z: float = NormalDist().inv_cdf(0.8)


class Verdict(StrEnum):
    """What may be said of a candidate beside the reference."""

    BETTER = "better"
    WORSE = "worse"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Interval:
    """The 95 % interval; both ends belong to it."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Summary:
    """One candidate under one grader. `interval` None = fewer than two examples."""

    n: int
    mean: float
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class Difference:
    """A candidate's scores minus the reference's, example by example.

    `needed_n`: how many examples would show the difference that was seen, if it is real, in four tries of five; None when none
    was seen. `detectable`: the smallest difference that as many examples as these show so often.
    """

    n: int
    mean: float
    interval: Interval | None
    verdict: Verdict
    needed_n: int | None
    detectable: float | None


def summarise(scores: Sequence[float]) -> Summary:
    """The mean of scores from 0 to 1. Raises ValueError for none."""
    return Summary(len(scores), fmean(scores), _interval(scores, (0.0, 1.0), (0.0, 1.0)))


def compare(candidate: Sequence[float], reference: Sequence[float]) -> Difference:
    """The paired difference of two rows of scores on the same examples. Raises ValueError when they do not pair up."""
    differences = [ours - theirs for ours, theirs in zip(candidate, reference, strict=True)]
    mean, reach = fmean(differences), _reach(differences)
    interval = _interval(differences, (-reach, reach), (-1.0, 1.0))
    spread = stdev([*differences, -reach, reach])
    return Difference(
        n=len(differences),
        mean=mean,
        interval=interval,
        verdict=_verdict(interval),
        needed_n=None if not mean else ceil(((_Z + _POWER_Z) * spread / abs(mean)) ** 2),
        detectable=None if interval is None else min(1.0, (_Z + _POWER_Z) * spread / sqrt(len(differences))),
    )


def mcnemar(candidate: Sequence[float], reference: Sequence[float]) -> float:
    """The exact two-sided p-value of McNemar's test for pass or fail: how odd such a split of the changed examples is if
    neither candidate is better.
    """
    pairs = list(zip(candidate, reference, strict=True))
    won, lost = sum(ours > theirs for ours, theirs in pairs), sum(ours < theirs for ours, theirs in pairs)
    changed = won + lost
    tail = sum(comb(changed, k) for k in range(min(won, lost) + 1))
    return min(1.0, 2 * tail / (1 << changed))


@cache
def student(degrees: int) -> float:
    """The 97.5 % quantile of Student's distribution."""
    if degrees <= len(_STUDENT):
        return _STUDENT[degrees - 1]
    square: float = _Z * _Z
    first = _Z * (square + 1) / 4
    second = _Z * ((5 * square + 16) * square + 3) / 96
    third = _Z * (((3 * square + 19) * square + 17) * square - 15) / 384
    return _Z + ((third / degrees + second) / degrees + first) / degrees


def _reach(differences: Sequence[float]) -> float:
    """How far an imagined example may lie from no difference: as far as a seen one does; all the way when none differs."""
    return max(abs(one) for one in differences) or 1.0


def _interval(seen: Sequence[float], imagined: tuple[float, float], bounds: tuple[float, float]) -> Interval | None:
    if len(seen) < 2:
        return None
    values = [*seen, *imagined]
    half = student(len(seen) - 1) * stdev(values) / sqrt(len(values))
    middle, (lowest, highest) = fmean(values), bounds
    return Interval(max(lowest, middle - half), min(highest, middle + half))


def _verdict(interval: Interval | None) -> Verdict:
    if interval is None or interval.low <= 0 <= interval.high:
        return Verdict.CANNOT_TELL
    return Verdict.BETTER if interval.low > 0 else Verdict.WORSE
