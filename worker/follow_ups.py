"""What follows jobs that succeeded, as the worker sees it: evaluations that were ordered with them are due."""

from shared.evaluations import fulfilling
from shared.queue import Task
from shared.serving.queries import aliases_of
from worker.context import Context
from worker.task import task


@task(Task.ORDER_EVALUATIONS)
def order_evaluations(context: Context) -> bool:
    """Order the evaluation that followed one job. What fails for an unforeseen reason is tried again when its claim is over."""
    with context.database.transaction() as db:
        taken = fulfilling.take(db)
    if taken is None:
        return False
    with context.database.transaction() as db:
        fulfilling.fulfil(db, context.storage, taken, aliases_of(db, taken.team_id))
    return True
