"""How late things are looked at, kept as counts in classes of seconds for the last minutes. Pure; a quantile is its class's end."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

MINUTES = 10
"""How many minutes are remembered."""

ENDS = (0.5, 1.0, 2.0, 3.0, 5.0, 7.5, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 300.0, 900.0, 3600.0)
"""Where each class ends, in seconds; what is later counts as the last."""

Remembered = Mapping[str, Mapping[str, int]]
"""Minute since 1970 → number of the class → how many. Keys are text, as JSON has them."""


@dataclass(frozen=True, slots=True)
class PollLag:
    """Seconds between when jobs were due and when they were looked at: of half of them, and of 99 in 100, no more than this."""

    p50: float
    p99: float


def minute_of(moment: datetime) -> int:
    return int(moment.timestamp() // 60)


def remember(before: Remembered, seconds: Iterable[float], minute: int) -> dict[str, dict[str, int]]:
    """With so many more in this minute, and without what is too old."""
    counted = Counter(before.get(str(minute), {}))
    counted.update(str(min(bisect_left(ENDS, lag), len(ENDS) - 1)) for lag in seconds)
    recent = {kept: dict(counts) for kept, counts in before.items() if int(kept) > minute - MINUTES}
    return {**recent, str(minute): dict(counted)}


def poll_lag(remembered: Remembered, minute: int) -> PollLag | None:
    """Of the last minutes; None when nothing was looked at in them."""
    total = Counter[int]()
    for kept, counts in remembered.items():
        if int(kept) > minute - MINUTES:
            total.update({int(place): many for place, many in counts.items()})
    return PollLag(_quantile(total, 0.5), _quantile(total, 0.99)) if total else None


def _quantile(counts: Counter[int], share: float) -> float:
    left = share * counts.total()
    for place in sorted(counts):
        left -= counts[place]
        if left <= 0:
            return ENDS[place]
    return ENDS[max(counts)]
