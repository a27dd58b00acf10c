"""One decorator for every task: registers it by name, binds its name to the logs, bounds its time.

A task's function does one piece of work and says whether it found any; `run` repeats it until nothing is due or its time
is used up. Celery is not needed here: tests run the same functions in their own process.
"""

import time
from collections.abc import Callable

import structlog

from shared.db import UNAVAILABLE
from shared.queue import Task
from worker.context import Context

log = structlog.get_logger()

Piece = Callable[[Context], bool]

TASKS: dict[Task, Piece] = {}
MOST_FAILURES = 5
"""After so many in one run something is wrong with more than single rows; the sweep rings again."""
SECONDS = 10.0
"""How long one run goes on taking work; well under the soft time limit, whatever one piece takes."""


def task(name: Task) -> Callable[[Piece], Piece]:
    """Register a function as the one that does this kind of work."""

    def register(piece: Piece) -> Piece:
        TASKS[name] = piece
        return piece

    return register


def run(name: Task, context: Context, *, seconds: float = SECONDS) -> bool:
    """Do pieces of one kind of work. Returns whether there may be more.

    A piece that fails for a reason that nobody foresaw is logged and left: its claim keeps it away for a while, and the
    others go on.
    """
    with structlog.contextvars.bound_contextvars(task=str(name)):
        until, failures = time.monotonic() + seconds, 0
        while failures < MOST_FAILURES:
            try:
                if not TASKS[name](context):
                    return False
            except UNAVAILABLE as error:
                log.warning("database_away", error=type(error).__name__)
                return False
            except Exception:
                log.exception("piece_failed")
                failures += 1
            if time.monotonic() > until:
                return True
        return False
