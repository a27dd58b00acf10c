"""What every request of an API process works with. Built once by the app's lifespan, or by a test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from anyio import CapacityLimiter

from api.watching import Watching
from shared.connections.credentials import Vault
from shared.db import Database
from shared.errors import ServiceBusy
from shared.settings import Settings
from shared.storage import Storage

CONNECTIONS = 40
"""Connections to Postgres: as many as there are threads for plain `def` routes."""

PATIENCE_SECONDS = 3.0
"""How long a request waits for its turn before it is told 503."""

ASKING = 100
"""Requests for which a provider is asked at once, on threads of their own: slow providers shall hold up nobody else."""

HEAVY = 2
"""Requests at once that take a core and many megabytes for seconds: looking at files, comparing large datasets."""

TURNS = 32
"""Requests that hold a session at once. Fewer than there are connections: a request keeps its session while it waits for a
thread, so those who hold threads and still need a connection (to find a key) must always find one."""


@dataclass(frozen=True)
class Context:
    database: Database
    storage: Storage
    vault: Vault
    settings: Settings
    watching: Watching
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(TURNS))
    heavy: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(HEAVY))
    asking: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(ASKING))
    askers: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(ASKING))


@asynccontextmanager
async def turn(places: asyncio.Semaphore, patience_seconds: float = PATIENCE_SECONDS) -> AsyncIterator[None]:
    """One of the places. Waits without a thread, so that those who have one always find a thread to go on with.

    Raises ServiceBusy when none comes free in time.
    """
    try:
        async with asyncio.timeout(patience_seconds):
            await places.acquire()
    except TimeoutError as error:
        raise ServiceBusy("Too many requests at once. Nothing was changed; ask again in a moment.") from error
    try:
        yield
    finally:
        places.release()
