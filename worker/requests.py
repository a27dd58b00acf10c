"""Letting go of answers to requests that carried an Idempotency-Key, once nobody will repeat them."""

from shared.queue import Task
from shared.teams.requests import forget
from worker.context import Context
from worker.task import task


@task(Task.FORGET_REQUESTS)
def forget_requests(context: Context) -> bool:
    """Forget a batch of those that have been kept for longer than was promised."""
    with context.database.transaction() as db:
        return forget(db)
