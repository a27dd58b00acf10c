"""Asking one connection several things at once, until the time, the allowance or the connection's patience is at an end."""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import TypeVar

from shared.providers.base import ProviderError, Rejected, Throttled, Unavailable
from worker.meter import Meter, TooLate

AT_ONCE = 4
"""Questions to one connection at the same time."""

T = TypeVar("T")
R = TypeVar("R")


class Several:
    """The questions of one round. `trouble` is what ended it early: it is the connection's, not one job's.

    One answer that cannot be understood, among others that can, is its job's own trouble; two in a row are not, nor is the first.
    """

    def __init__(self, meter: Meter, *, seconds: float) -> None:
        self.meter, self.answered = meter, 0
        self.trouble: ProviderError | None = None
        self._until = time.monotonic() + seconds
        self._failed_in_a_row = 1

    def may_ask(self, requests: int) -> bool:
        """Whether something that takes so many requests may still be begun."""
        return self.trouble is None and self.meter.left >= requests and time.monotonic() < self._until

    def each(self, items: Iterable[T], ask: Callable[[T], R], *, requests: int) -> Iterator[tuple[T, R | Exception]]:
        """Ask about each on several threads; what came of each, in the order in which it came. Each may take so many requests.

        What is not asked any more, and what ended the asking, is left out.
        """
        waiting, asked = iter(items), dict[Future[R], T]()
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="look") as pool:
            while True:
                while len(asked) < AT_ONCE and self.may_ask(requests * (len(asked) + 1)):
                    begun = {pool.submit(ask, item): item for item in islice(waiting, 1)}
                    if not begun:
                        break
                    asked |= begun
                if not asked:
                    return
                done, _ = wait(asked, return_when=FIRST_COMPLETED)
                for future in done:
                    yield from self._given(asked.pop(future), future)

    def _given(self, item: T, future: Future[R]) -> Iterator[tuple[T, R | Exception]]:
        error = future.exception()
        if error is None:
            self.note_answer()
            yield item, future.result()
        elif not isinstance(error, Exception):
            raise error
        elif not self._is_too_late(error) and not self.is_everybodys(error):
            yield item, error

    def _is_too_late(self, error: Exception) -> bool:
        """Whether it may be only that the time is over: nobody's trouble, and asked again in another round."""
        return self.meter.closed and isinstance(error, TooLate | ProviderError)

    def note_answer(self) -> None:
        self.answered, self._failed_in_a_row = self.answered + 1, 0

    def is_everybodys(self, error: Exception) -> bool:
        """Whether an error is the connection's own trouble; if so, nothing more is asked."""
        match error:
            case Rejected() if not error.credential:
                self.note_answer()
                return False
            case Unavailable(reached=True):
                self._failed_in_a_row += 1
                whole = self._failed_in_a_row > 1
            case _:
                whole = isinstance(error, Throttled | Unavailable | Rejected)
        if whole and isinstance(error, ProviderError):
            self.trouble = self.trouble or error
        return whole
