"""Live events: one reader per process asks Postgres for all watchers at once, so that a thousand of them cost one question.

A watcher holds no database session. It is given the events after its position, in order, whoever wrote them.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog
from fastapi.concurrency import run_in_threadpool

from shared.db import UNAVAILABLE, Database
from shared.ids import JobId
from shared.jobs.queries import events_after
from shared.jobs.tables import JobEvent

log = structlog.get_logger()

EVERY_SECONDS = 0.4
AT_ONCE = 1000


@dataclass(eq=False)
class Watch:
    """One watcher's place in a job's story."""

    job_id: JobId
    position: int
    events: asyncio.Queue[JobEvent] = field(default_factory=asyncio.Queue)


class Watching:
    """The watchers of one process and the reader that feeds them; the reader lives only while there are watchers."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._watches: set[Watch] = set()
        self._reader: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def watch(self, job_id: JobId, after: int) -> AsyncIterator[asyncio.Queue[JobEvent]]:
        """The events of a job after a position, as they come, until the block is left."""
        watch = Watch(job_id, after)
        self._watches.add(watch)
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._read())
        try:
            yield watch.events
        finally:
            self._watches.discard(watch)

    async def _read(self) -> None:
        while self._watches:
            try:
                found = await run_in_threadpool(self._ask, self._positions())
            except UNAVAILABLE as error:
                log.warning("watching_waits", error=type(error).__name__)
                found = []
            for event in found:
                self._pass_on(event)
            if len(found) < AT_ONCE:
                await asyncio.sleep(EVERY_SECONDS)

    def _positions(self) -> dict[JobId, int]:
        positions: dict[JobId, int] = {}
        for watch in self._watches:
            positions[watch.job_id] = min(positions.get(watch.job_id, watch.position), watch.position)
        return positions

    def _ask(self, positions: dict[JobId, int]) -> list[JobEvent]:
        with self._database.reading() as db:
            return list(events_after(db, positions.items(), AT_ONCE))

    def _pass_on(self, event: JobEvent) -> None:
        for watch in self._watches:
            if watch.job_id == event.job_id and watch.position < event.id:
                watch.position = event.id
                watch.events.put_nowait(event)
