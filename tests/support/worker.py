"""The worker's tasks in a test's own process: the same functions that Celery calls, without Celery.

context = context_on(database, settings)
drain(context)                              everything that is due is done
pass_time(database.owner_url, 5)            (tests.support.clock) and more becomes due
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from shared.connections.credentials import Vault
from shared.db import Database
from shared.settings import Settings
from shared.storage import storage_from
from shared.teams.queries import installation_id
from tests.support.database import Database as FreshDatabase
from worker.context import Context
from worker.sweeps import due
from worker.task import TASKS

PATIENCE_SECONDS = 60.0

for noun in (
    "connections",
    "datasets",
    "deployments",
    "evaluations",
    "follow_ups",
    "groups",
    "jobs",
    "moderations",
    "imports",
    "strays",
    "uploads",
):
    import_module(f"worker.{noun}")  # registers its tasks, as `worker.app` does


@contextmanager
def context_on(database: FreshDatabase, settings: Settings) -> Iterator[Context]:
    """What a worker process on this database would work with; it looks at running jobs every 5 s of Postgres's clock."""
    ours = Database(database.worker_url, pool_size=6, doorbell=lambda _: None)
    with ours.reading() as db:
        installation = installation_id(db)
    vault = Vault(settings.secret_key.get_secret_value())
    try:
        yield Context(ours, storage_from(settings.storage_place), vault, installation)
    finally:
        ours.engine.dispose()


def drain(context: Context) -> None:
    """Do what a sweep finds due, until it finds nothing. Work that makes more work is followed."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while sum(TASKS[name](context) for name in due(context.database)):
        assert time.monotonic() < deadline, "work without end"
