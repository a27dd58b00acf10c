"""One decorator for every task: registers it by name, binds its name to the logs, bounds its time.

A task's function does one piece of work and says whether it found any; `run` repeats it until nothing is due or its time
is used up. Celery is not needed here: tests run the same functions in their own process.
"""

import time
from collections.abc import Callable

import structlog

from shared.queue import Task
from worker.context import Context

log = structlog.get_logger()

Piece = Callable[[Context], bool]

TASKS: dict[Task, Piece] = {}
SECONDS = 25.0
"""How long one run goes on taking work; well under the soft time limit, whatever one piece takes."""

TAKING_SECONDS: dict[Task, float] = {}


def task(name: Task, *, seconds: float = SECONDS) -> Callable[[Piece], Piece]:
    """Register a function as the one that does this kind of work. Where a piece takes long, a run takes work for fewer seconds."""

    def register(piece: Piece) -> Piece:
        TASKS[name], TAKING_SECONDS[name] = piece, seconds
        return piece

    return register


def run(name: Task, context: Context) -> bool:
    """Do pieces of one kind of work. Returns whether there may be more."""
    with structlog.contextvars.bound_contextvars(task=str(name)):
        until = time.monotonic() + TAKING_SECONDS[name]
        while TASKS[name](context):
            if time.monotonic() > until:
                return True
        return False
