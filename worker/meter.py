"""Counting what is sent to a provider, from several threads, against what may be."""

from threading import Lock


class Meter:
    """`asked`: requests so far. Given to a provider's client, which calls it with each."""

    def __init__(self, allowed: int) -> None:
        self.allowed, self.asked = allowed, 0
        self._lock = Lock()

    def __call__(self) -> None:
        with self._lock:
            self.asked += 1

    @property
    def left(self) -> int:
        return self.allowed - self.asked
