"""Versions that are made of others: the parts of a split, and what remedies made of a dataset."""

from shared.datasets import actions, recording
from shared.datasets.queries import get_dataset
from shared.datasets.recording import Bytes
from shared.datasets.rewrite import LineTooLongError
from shared.datasets.splitting.at_random import CannotSplitError, SplitPlan, split
from shared.datasets.tables import Dataset
from shared.storage import StorageIsFull
from worker.context import Context
from worker.datasets.writing import target


def make(context: Context, taken: Dataset) -> None:
    """Write the bytes of a version that was asked for; what cannot be made is rejected with the reason."""
    with context.database.reading() as db:
        assert taken.parent_id is not None
        parent = get_dataset(db, taken.parent_id)
    try:
        written = _part(context, taken, parent)
    except (CannotSplitError, LineTooLongError, StorageIsFull) as error:
        with context.database.transaction() as db:
            recording.give_up(db, taken, f"This version could not be written: {error}")
        return
    with context.database.transaction() as db:
        recording.record_bytes(db, taken, written)


def _part(context: Context, taken: Dataset, parent: Dataset) -> Bytes:
    assert taken.derivation is not None
    plan = SplitPlan(tuple(taken.derivation["sizes"]), taken.derivation["seed"])
    wanted = (actions.TRAINING, actions.HELD_OUT).index(taken.derivation["split"])
    with context.storage.open(parent.examples_blob) as source, target(context.storage, taken.team_id) as part:
        split(source, plan, [part if place == wanted else _Nowhere() for place in range(len(plan.sizes))])
        return part.keep()


class _Nowhere:
    """Takes the lines of the parts that are somebody else's."""

    def write(self, line: bytes, /) -> None: ...
