"""The books, as the worker sees them: it asks whether the totals, which decide what is admitted, still say what the ledger says."""

import structlog

from shared.queue import Task
from shared.spend import abandoned
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


@task(Task.SETTLE_ABANDONED)
def settle_abandoned(context: Context) -> bool:
    """Charge one request whose process died at the most that it can have cost, until the provider's bill is known."""
    with context.database.transaction() as db:
        subject = abandoned.settle_one(db)
    if subject is not None:
        log.warning("abandoned_request_charged", subject=subject)
    return subject is not None
