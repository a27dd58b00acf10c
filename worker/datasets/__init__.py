"""Datasets, as the worker sees them: versions are made of others, what has arrived is validated, remedies are looked for."""

import structlog

from shared.datasets import recording
from shared.datasets.tables import Dataset
from shared.lifecycles import DatasetStatus
from shared.queue import Task
from worker.context import Context
from worker.datasets.making import make
from worker.datasets.surveying import look_for_remedies
from worker.datasets.validating import validate
from worker.heartbeat import kept
from worker.task import task

log = structlog.get_logger()

STORAGE_SECONDS = 30.0
"""How soon to try again when storage cannot be read."""


@task(Task.VALIDATE_DATASETS)
def validate_datasets(context: Context) -> bool:
    """Bring one dataset a step nearer to being ready, or find out what could be mended in it."""
    with context.database.transaction() as db:
        taken = recording.take(db)
    if taken is None:
        return False
    assert taken.claim_token is not None
    with kept(context.database, Dataset, [taken.id], taken.claim_token):
        if taken.attempts > recording.MOST_ATTEMPTS:
            with context.database.transaction() as db:
                recording.give_up(
                    db, taken, "The validation did not come to an end, several times. Is a line very long?"
                )
            return True
        try:
            _bring_nearer(context, taken)
        except FileNotFoundError:
            log.exception("bytes_gone", dataset=taken.id)
            with context.database.transaction() as db:
                recording.give_up(db, taken, "Bytes of this dataset are gone from storage: upload the file again.")
        except OSError as error:
            log.warning("storage_away", dataset=taken.id, error=str(error))
            with context.database.transaction() as db:
                recording.put_off(db, taken, STORAGE_SECONDS)
    return True


def _bring_nearer(context: Context, taken: Dataset) -> None:
    match taken.status:
        case DatasetStatus.UPLOADING:
            make(context, taken)
        case DatasetStatus.READY | DatasetStatus.REJECTED:
            look_for_remedies(context, taken)
        case _:
            validate(context, taken)
