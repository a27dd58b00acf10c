"""Letting go of what was kept so that it is not done twice, once it will not be repeated: answers to requests that carried an
Idempotency-Key, and deliveries of providers.
"""

from shared.connections import incoming
from shared.queue import Task
from shared.teams.requests import forget
from worker.context import Context
from worker.task import task


@task(Task.FORGET_REQUESTS)
def forget_requests(context: Context) -> bool:
    """Forget a batch of those that have been kept for longer than was promised."""
    with context.database.transaction() as db:
        return forget(db) or incoming.forget(db)
