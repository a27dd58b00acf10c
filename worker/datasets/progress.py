"""How far a validation is, written down now and then."""

import time

from shared.datasets import recording
from shared.datasets.tables import Dataset
from worker.context import Context

SHOW_EVERY_SECONDS = 1.0


class Progress:
    """Hears the number of lines read, as often as it is told."""

    def __init__(self, context: Context, taken: Dataset) -> None:
        self._context, self._taken = context, taken
        self._next = time.monotonic() + SHOW_EVERY_SECONDS

    def __call__(self, lines: int) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + SHOW_EVERY_SECONDS
        with self._context.database.transaction() as db:
            recording.record_progress(db, self._taken, lines)
