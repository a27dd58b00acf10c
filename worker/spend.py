"""The books, as the worker sees them: it asks whether the totals, which decide what is admitted, still say what the ledger says."""

import structlog

from shared.queue import Task
from shared.spend.queries import wrong_totals
from worker.context import Context
from worker.task import task

log = structlog.get_logger()


@task(Task.CHECK_TOTALS)
def check_totals(context: Context) -> bool:
    """Compare, and say so loudly where they differ. Nothing is mended by itself: a person must find out why."""
    with context.database.reading() as db:
        for wrong in wrong_totals(db):
            log.error("totals_are_wrong", difference=wrong)
    return False
