"""Uploads in parts, as the worker sees them: the bytes of those that are over are deleted."""

import structlog

from shared.datasets.uploads import actions
from shared.queue import Task
from worker.context import Context
from worker.task import task

log = structlog.get_logger()

STORAGE_SECONDS = 60.0
"""How soon to try again when storage does not answer."""


@task(Task.FORGET_UPLOADS)
def forget_uploads(context: Context) -> bool:
    """Delete the pieces of one upload that has expired, was aborted or has become a dataset."""
    with context.database.transaction() as db:
        taken = actions.take(db)
        if taken is None:
            return False
        if actions.is_needed(db, taken):
            actions.put_off(db, taken, actions.ASSEMBLY_SECONDS)
            return True
    try:
        context.storage.delete_folder(taken.folder)
    except OSError as error:
        log.warning("storage_away", upload=taken.id, error=str(error))
        with context.database.transaction() as db:
            actions.put_off(db, taken, STORAGE_SECONDS)
        return True
    with context.database.transaction() as db:
        actions.record_forgotten(db, taken)
    return True


@task(Task.TIDY_STORAGE)
def tidy_storage(context: Context) -> bool:
    """Delete what killed processes have left in storage."""
    try:
        context.storage.forget_leftovers()
    except OSError as error:
        log.warning("storage_away", error=str(error))
    return False
