"""The registry, as the worker sees it: teams are warned before their models stop answering."""

from shared.queue import Task
from shared.registry.shutdowns import warn_of_shutdowns as warn
from worker.context import Context
from worker.task import task


@task(Task.WARN_OF_SHUTDOWNS)
def warn_of_shutdowns(context: Context) -> bool:
    """Write every warning that is due."""
    with context.database.transaction() as db:
        warn(db)
    return False
