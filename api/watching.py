"""Live events: one reader per process asks Postgres for all watchers at once, so that a thousand of them cost one question.

A watcher holds no database session. It is given the events after its position, in order, whoever wrote them. One that does
not take them is let go before they pile up; it may come back and go on where it was.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic

import structlog
from fastapi.concurrency import run_in_threadpool

from shared.db import UNAVAILABLE, Database
from shared.errors import ServiceBusy
from shared.ids import JobId
from shared.jobs.actions import note_watched
from shared.jobs.queries import events_after
from shared.jobs.tables import JobEvent

log = structlog.get_logger()

EVERY_SECONDS = 0.4
AFTER_A_FAULT_SECONDS = 5.0
AT_ONCE = 1000
MOST_WATCHERS = 1000
NOTED_EVERY_SECONDS = 20.0
"""How often it is noted which jobs are watched, so that the worker follows those more closely."""
MOST_WAITING = 2000
"""Events that wait for one watcher to take them."""


@dataclass(eq=False)
class Watch:
    """One watcher's place in a job's story."""

    job_id: JobId
    position: int
    events: "asyncio.Queue[JobEvent | None]" = field(default_factory=asyncio.Queue)
    """None = the last: too many were waiting."""


class Watching:
    """The watchers of one process and the reader that feeds them; the reader lives only while there are watchers."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._watches: set[Watch] = set()
        self._reader: asyncio.Task[None] | None = None
        self._note_at = 0.0

    def check_room(self) -> None:
        """Raise ServiceBusy when this process has as many watchers as it can serve."""
        if len(self._watches) >= MOST_WATCHERS:
            raise ServiceBusy("Too many are watching already. Ask for the events page by page, or again in a moment.")

    @asynccontextmanager
    async def watch(self, job_id: JobId, after: int) -> AsyncIterator["asyncio.Queue[JobEvent | None]"]:
        """The events of a job after a position, as they come, until the block is left; None when it took them too slowly."""
        watch = Watch(job_id, after)
        self._watches.add(watch)
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._read())
        try:
            yield watch.events
        finally:
            self._watches.discard(watch)

    def note(self, *job_ids: JobId) -> None:
        """Note that somebody looks at these jobs. Nobody waits for it, and it may fail."""
        try:
            with self._database.transaction() as db:
                note_watched(db, job_ids)
        except UNAVAILABLE as error:
            log.warning("watching_waits", error=type(error).__name__)

    async def _read(self) -> None:
        while self._watches:
            wait = await self._turn()
            await asyncio.sleep(wait)

    async def _turn(self) -> float:
        """Pass on what is new; the seconds to wait before the next turn."""
        try:
            found = await run_in_threadpool(self._ask, self._positions())
        except UNAVAILABLE as error:
            log.warning("watching_waits", error=type(error).__name__)
            return EVERY_SECONDS
        except Exception as error:
            # Whatever it is: those who watch wait for the next turn, and must not wait for ever.
            log.exception("watching_failed", error=type(error).__name__)
            return AFTER_A_FAULT_SECONDS
        for event in found:
            self._pass_on(event)
        if self._watches and monotonic() >= self._note_at:
            self._note_at = monotonic() + NOTED_EVERY_SECONDS
            await run_in_threadpool(self.note, *{watch.job_id for watch in self._watches})
        return EVERY_SECONDS if len(found) < AT_ONCE else 0.0

    def _positions(self) -> dict[JobId, int]:
        positions: dict[JobId, int] = {}
        for watch in self._watches:
            positions[watch.job_id] = min(positions.get(watch.job_id, watch.position), watch.position)
        return positions

    def _ask(self, positions: dict[JobId, int]) -> list[JobEvent]:
        with self._database.reading() as db:
            return list(events_after(db, positions.items(), AT_ONCE))

    def _pass_on(self, event: JobEvent) -> None:
        for watch in list(self._watches):
            if watch.job_id != event.job_id or watch.position >= event.id:
                continue
            watch.position = event.id
            slow = watch.events.qsize() >= MOST_WAITING
            watch.events.put_nowait(None if slow else event)
            if slow:
                self._watches.discard(watch)
