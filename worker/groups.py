"""Groups of jobs, as the worker sees them: their jobs are ordered when the shares of the data are written."""

from shared.groups import actions
from shared.queue import Task
from shared.serving.queries import aliases_of
from worker.context import Context
from worker.task import task


@task(Task.ORDER_GROUPS)
def order_groups(context: Context) -> bool:
    """Order the jobs of one group, or see whether its shares are written."""
    with context.database.transaction() as db:
        taken = actions.take(db)
    if taken is None:
        return False
    with context.database.transaction() as db:
        actions.go_on(db, context.storage, taken, aliases_of(db, taken.team_id))
    return True
