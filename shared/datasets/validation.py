"""What one pass over a dataset says of it: every finding, how much there is of what, and who would take it.

Memory does not grow with the file. This reads and computes; storing the report is the worker's part. The pieces of the pass
are in `validating`.
"""

import gc
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import BinaryIO

from shared.datasets.tokens.fast import Counter, CounterDisagreesError
from shared.datasets.validating.batches import Batch, plain_batches
from shared.datasets.validating.limits import Limits
from shared.datasets.validating.observing import Companions
from shared.datasets.validating.one_pass import Pass
from shared.datasets.validating.report import Validation

__all__ = ["Batch", "Companions", "Limits", "Validation", "validate", "validate_batches"]

OnProgress = Callable[[int], None]

TURN_SECONDS = 0.0005
"""How long one thread may keep another waiting for Python's lock: a tenth of what is usual, since a batch takes a few
milliseconds only, and threads hand it on to one another."""

_ONE_AT_A_TIME = Lock()
"""A process gains nothing by two at once, and what is set for its whole duration is set for the process."""


def validate(
    stream: BinaryIO,
    limits: Limits | None = None,
    on_progress: OnProgress | None = None,
    companions: Companions | None = None,
) -> Validation:
    """Reads a file of plain JSON Lines from its beginning to its end; the file must be one that can be rewound.

    `on_progress` hears the number of lines read, every megabyte.
    """
    limits = limits or Limits()

    def from_the_beginning() -> Iterable[Batch]:
        stream.seek(0)
        return plain_batches(stream, limits.max_line_bytes)

    return validate_batches(from_the_beginning, limits, on_progress, companions)


def validate_batches(
    batches: Callable[[], Iterable[Batch]],
    limits: Limits,
    on_progress: OnProgress | None = None,
    companions: Companions | None = None,
) -> Validation:
    """`batches` gives those of the whole file, from its beginning, each time it is called.

    It is called again if the fast counter proves wrong: then tiktoken counts the whole file.
    """
    companions = companions or Companions()
    counters = [Counter(encoding) for encoding in limits.longest_example]
    with _ONE_AT_A_TIME, _nothing_collected(), _short_turns():
        while True:
            one = Pass(limits, counters, companions)
            try:
                for line in one.go(batches()):
                    if on_progress:
                        on_progress(line)
                return one.result()
            except CounterDisagreesError as error:
                counters = [counter.afresh(error) for counter in counters]


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Examples come and go by the million and hold no cycles: looking for cycles among them takes a tenth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def _short_turns() -> Iterator[None]:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(TURN_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
