"""Asking a provider while a caller waits: on threads of its own, between short transactions in the common ones.

A provider may take half a minute, and plain routes share forty threads: if it were asked there, a slow one would stop the
service. It knows nothing of what is asked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from anyio import to_thread
from fastapi.concurrency import run_in_threadpool

from api.context import PATIENCE_SECONDS, Context, turn
from shared.db import EVERYTHING, Scope, Session

T = TypeVar("T")

LAST_PATIENCE_SECONDS = 30.0
"""For a transaction that records what was bought, which is worth waiting for."""


@dataclass(frozen=True, slots=True)
class Asking:
    """One request that has a place; no session is held while `ask` waits."""

    context: Context

    async def first(self, work: Callable[[Session], T], scope: Scope = EVERYTHING) -> T:
        """A short transaction, in turn. Raises ServiceBusy; then nothing was done."""
        return await self._transaction(work, scope, PATIENCE_SECONDS)

    async def ask(self, question: Callable[[], T]) -> T:
        return await to_thread.run_sync(question, limiter=self.context.askers)

    async def last(self, work: Callable[[Session], T], scope: Scope = EVERYTHING) -> T:
        """A short transaction after the question."""
        return await self._transaction(work, scope, LAST_PATIENCE_SECONDS)

    async def _transaction(self, work: Callable[[Session], T], scope: Scope, patience_seconds: float) -> T:
        def within() -> T:
            with self.context.database.transaction(scope) as db:
                return work(db)

        async with turn(self.context.turns, patience_seconds):
            return await run_in_threadpool(within)
