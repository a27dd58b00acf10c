"""Counting what is sent to a provider, from several threads, against what may be."""

import time
from threading import Lock


class TooLate(Exception):
    """No request may be sent any more."""


class Meter:
    """`asked`: requests so far. Given to a provider's client, which calls it with each.

    After so many `seconds` each further request is prevented: TooLate is raised, which a client may tell as a broken connection;
    therefore `closed` says so too.
    """

    def __init__(self, allowed: int, *, seconds: float = float("inf")) -> None:
        self.allowed, self.asked, self.closed = allowed, 0, False
        self._until = time.monotonic() + seconds
        self._lock = Lock()

    def __call__(self) -> None:
        with self._lock:
            self.closed = time.monotonic() >= self._until
            if self.closed:
                raise TooLate
            self.asked += 1

    @property
    def left(self) -> int:
        return self.allowed - self.asked
