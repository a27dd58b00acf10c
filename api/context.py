"""What every request of an API process works with. Built once by the app's lifespan, or by a test."""

import asyncio
from dataclasses import dataclass, field

from api.watching import Watching
from shared.connections.credentials import Vault
from shared.db import Database
from shared.settings import Settings
from shared.storage import Storage

CONNECTIONS = 40
"""Connections to Postgres: as many as there are threads for plain `def` routes."""

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
