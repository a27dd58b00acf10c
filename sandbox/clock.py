"""The sandbox's clock: the machine's, moved to another day on request. Jobs run faster than it does."""

import time
from datetime import UTC, date, datetime


class Clock:
    """Seconds since the epoch. Jobs are sped up, not the clock: time stamps stay close to the caller's own."""

    def __init__(self, shift_seconds: float = 0.0) -> None:
        self.shift_seconds = shift_seconds
        self.opened_on = self.today()

    @classmethod
    def at(cls, day: date) -> "Clock":
        """The clock that shows `day`, at the time of day that it is now."""
        real = datetime.fromtimestamp(time.time(), UTC)
        there = datetime.combine(day, real.timetz())
        return cls((there - real).total_seconds())

    def now(self) -> float:
        return time.time() + self.shift_seconds

    def today(self) -> date:
        return datetime.fromtimestamp(self.now(), UTC).date()

    def advance(self, seconds: float) -> None:
        """Move on. `opened_on` stays: this is how a test lets a model's shut-down day arrive."""
        self.shift_seconds += seconds
