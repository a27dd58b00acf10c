"""Datasets, as the worker sees them: the parts of a split are written, and whatever has arrived is validated."""

import hashlib
import time

import structlog

from shared.datasets import actions
from shared.datasets.queries import get_dataset
from shared.datasets.rewrite import LineTooLongError
from shared.datasets.splitting.at_random import CannotSplitError, SplitPlan, split
from shared.datasets.tables import Dataset
from shared.datasets.targets import MOST_GRADED_VALIDATION, targets
from shared.datasets.validation import Limits, validate
from shared.lifecycles import DatasetStatus
from shared.queue import Task
from shared.storage import Incoming, StorageIsFull
from worker.context import Context
from worker.heartbeat import kept
from worker.task import task

log = structlog.get_logger()

STORAGE_SECONDS = 30.0
"""How soon to try again when storage cannot be read."""
SHOW_EVERY_SECONDS = 1.0
"""How often the progress of a long validation is written down."""


@task(Task.VALIDATE_DATASETS)
def validate_datasets(context: Context) -> bool:
    """Bring one dataset a step nearer to being ready."""
    with context.database.transaction() as db:
        taken = actions.take(db)
    if taken is None:
        return False
    assert taken.claim_token is not None
    with kept(context.database, Dataset, taken.id, taken.claim_token):
        if taken.attempts > actions.MOST_ATTEMPTS:
            _give_up(context, taken, "The validation did not come to an end, several times. Is a line very long?")
            return True
        try:
            _bring_nearer(context, taken)
        except OSError as error:
            log.warning("storage_away", dataset=taken.id, error=str(error))
            with context.database.transaction() as db:
                actions.put_off(db, taken, STORAGE_SECONDS)
    return True


def _bring_nearer(context: Context, taken: Dataset) -> None:
    if taken.status is DatasetStatus.UPLOADING:
        _write_part(context, taken)
    else:
        _validate(context, taken)


def _validate(context: Context, taken: Dataset) -> None:
    held_out = (taken.derivation or {}).get("split") == actions.HELD_OUT
    limits = (
        Limits(fewest_examples=1, targets=targets(MOST_GRADED_VALIDATION)) if held_out else Limits(targets=targets())
    )
    with context.storage.open(taken.blob) as source:
        validation = validate(source, limits, _Progress(context, taken))
    with context.database.transaction() as db:
        actions.record_validation(db, taken, validation)


def _write_part(context: Context, taken: Dataset) -> None:
    assert taken.parent_id is not None
    assert taken.derivation is not None
    with context.database.reading() as db:
        parent = get_dataset(db, taken.parent_id)
    plan = SplitPlan(tuple(taken.derivation["sizes"]), taken.derivation["seed"])
    wanted = (actions.TRAINING, actions.HELD_OUT).index(taken.derivation["split"])
    try:
        with context.storage.open(parent.blob) as source, context.storage.incoming() as incoming:
            part = _Part(incoming)
            split(source, plan, [part if place == wanted else _Nowhere() for place in range(len(plan.sizes))])
            incoming.keep(actions.storage_key(taken.team_id, part.sha256))
    except (CannotSplitError, LineTooLongError, StorageIsFull) as error:
        _give_up(context, taken, f"The part could not be written: {error}")
        return
    with context.database.transaction() as db:
        actions.record_bytes(db, taken, part.size_bytes, part.sha256)


def _give_up(context: Context, taken: Dataset, reason: str) -> None:
    with context.database.transaction() as db:
        actions.give_up(db, taken, reason)


class _Part:
    """Passes a part's lines on to storage, and knows their digest."""

    def __init__(self, incoming: Incoming) -> None:
        self._incoming = incoming
        self._digest = hashlib.sha256()
        self.size_bytes = 0

    def write(self, line: bytes, /) -> None:
        self._incoming.write(line)
        self._digest.update(line)
        self.size_bytes += len(line)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


class _Nowhere:
    """Takes the lines of the parts that are somebody else's."""

    def write(self, line: bytes, /) -> None: ...


class _Progress:
    """Writes down how many lines were read, now and then."""

    def __init__(self, context: Context, taken: Dataset) -> None:
        self._context, self._taken = context, taken
        self._next = time.monotonic() + SHOW_EVERY_SECONDS

    def __call__(self, lines: int) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + SHOW_EVERY_SECONDS
        with self._context.database.transaction() as db:
            actions.record_progress(db, self._taken, lines)
