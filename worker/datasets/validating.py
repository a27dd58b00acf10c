"""Validating what has arrived: its bytes are read once, from beginning to end, and everything found is recorded."""

from shared.datasets import actions, recording
from shared.datasets.recording import Bytes, Reading
from shared.datasets.shapes import Shape
from shared.datasets.tables import Dataset
from shared.datasets.targets import MOST_GRADED_VALIDATION, targets
from shared.datasets.validation import Limits
from shared.datasets.validation import validate as look_through
from worker.context import Context
from worker.datasets.progress import Progress


def validate(context: Context, taken: Dataset) -> None:
    """Read one dataset and record what it is, what is wrong with it, and how many tokens it has."""
    held_out = (taken.derivation or {}).get("split") == actions.HELD_OUT
    limits = (
        Limits(fewest_examples=1, targets=targets(MOST_GRADED_VALIDATION)) if held_out else Limits(targets=targets())
    )
    with context.storage.open(taken.blob) as source:
        validation = look_through(source, limits, Progress(context, taken))
    assert taken.size_bytes is not None
    assert taken.sha256 is not None
    examples = Bytes(taken.blob, taken.size_bytes, taken.sha256)
    reading = Reading({"container": "jsonl"}, Shape.CHAT, examples, None)
    with context.database.transaction() as db:
        recording.record_validation(db, taken, validation, reading)
