"""Bytes that have to be put together first: an upload that came in pieces, the parts of a split, what remedies made."""

from shared.datasets import actions, recording
from shared.datasets.queries import get_dataset
from shared.datasets.recording import Bytes
from shared.datasets.rewrite import LineTooLongError
from shared.datasets.splitting.at_random import CannotSplitError, SplitPlan, split
from shared.datasets.tables import Dataset
from shared.datasets.uploads.assembly import assembled
from shared.datasets.uploads.queries import of_dataset, piece_keys
from shared.storage import StorageIsFull
from worker.context import Context
from worker.datasets.writing import target


class OtherBytesError(Exception):
    """What came in is not what was announced."""


def make(context: Context, taken: Dataset) -> None:
    """Write the bytes of a version that was asked for; what cannot be made is rejected with the reason."""
    try:
        written = _whole(context, taken) if taken.parent_id is None else _part(context, taken)
    except (CannotSplitError, LineTooLongError, OtherBytesError, StorageIsFull) as error:
        with context.database.transaction() as db:
            recording.give_up(db, taken, f"This version could not be written: {error}")
        return
    with context.database.transaction() as db:
        recording.record_bytes(db, taken, written)


def _whole(context: Context, taken: Dataset) -> Bytes:
    """The pieces of an upload become the dataset's bytes; what was announced of them is held against what is there."""
    with context.database.reading() as db:
        upload = of_dataset(db, taken.id)
        keys = piece_keys(db, upload)
    with target(context.storage, taken.team_id) as whole:
        for chunk in assembled(context.storage, keys):
            whole.write(chunk)
        if upload.sha256 not in (None, whole.sha256):
            raise OtherBytesError(f"the SHA-256 of the bytes is {whole.sha256}, and {upload.sha256} was announced")
        return whole.keep()


def _part(context: Context, taken: Dataset) -> Bytes:
    assert taken.parent_id is not None
    assert taken.derivation is not None
    with context.database.reading() as db:
        parent = get_dataset(db, taken.parent_id)
    plan = SplitPlan(tuple(taken.derivation["sizes"]), taken.derivation["seed"])
    wanted = (actions.TRAINING, actions.HELD_OUT).index(taken.derivation["split"])
    with context.storage.open(parent.examples_blob) as source, target(context.storage, taken.team_id) as part:
        split(source, plan, [part if place == wanted else _Nowhere() for place in range(len(plan.sizes))])
        return part.keep()


class _Nowhere:
    """Takes the lines of the parts that are somebody else's."""

    def write(self, line: bytes, /) -> None: ...
