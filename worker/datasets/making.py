"""Bytes that have to be put together first: an upload that came in pieces, the parts of a split, shares, what remedies made."""

from collections.abc import Iterable
from typing import Any

from shared.connections.queries import encodings_in_use
from shared.datasets import recording
from shared.datasets.preparing import changes_of, chosen_of, conversion_of
from shared.datasets.queries import flagged_lines, get_dataset, objected_lines
from shared.datasets.recipes import converted
from shared.datasets.recording import Bytes
from shared.datasets.remedies import InvalidChoiceError, Recipe, prepare
from shared.datasets.rewrite import LineTooLongError
from shared.datasets.rows import COUNTED, lent_to_remedies, source_rows, sourced_examples
from shared.datasets.shapes import Shape
from shared.datasets.splitting.at_random import split
from shared.datasets.splitting.keys import SourcedExample
from shared.datasets.splitting.plan import Assignment, plan
from shared.datasets.splitting.request import CannotSplitError, SplitRequest
from shared.datasets.splitting.sampling import nested
from shared.datasets.tables import Dataset
from shared.datasets.understanding import reader_of
from shared.datasets.uploads.assembly import assembled
from shared.datasets.uploads.queries import of_dataset, piece_keys
from shared.storage import StorageIsFull
from worker.context import Context
from worker.datasets.writing import target


class OtherBytesError(Exception):
    """What came in is not what was announced."""


class UnreadError(Exception):
    """There is nothing to make a version of."""


_CANNOT_BE_MADE = (CannotSplitError, InvalidChoiceError, LineTooLongError, OtherBytesError, StorageIsFull, UnreadError)


def make(context: Context, taken: Dataset) -> None:
    """Write the bytes of a version that was asked for; what cannot be made is rejected with the reason."""
    try:
        if "prepare" in (taken.derivation or {}):
            _prepare(context, taken)
            return
        written = _whole(context, taken) if taken.parent_id is None else _part(context, taken)
    except _CANNOT_BE_MADE as error:
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
    """Every part is planned anew, and alike: the same examples and the same seed are divided in the same way."""
    assert taken.derivation is not None
    parent, source = _parent(context, taken)
    examples = sourced_examples(context.storage.open(parent.blob), source)
    planned, wanted = _planned(taken.derivation, examples, Shape(parent.format or Shape.CHAT))
    with context.storage.open(parent.examples_blob) as lines, target(context.storage, taken.team_id) as part:
        split(lines, planned, [part if place == wanted else _Nowhere() for place in range(len(planned.sizes))])
        return part.keep()


def _planned(how: dict[str, Any], examples: Iterable[SourcedExample], shape: Shape) -> tuple[Assignment, int]:
    """The part of every example, and the number of the part that is to be written."""
    if "sample" in how:
        return nested(examples, how["sample"], how["seed"], shape), 0
    request = SplitRequest.of(how)
    return plan(examples, request, shape), request.parts.index(how["split"])


def _prepare(context: Context, taken: Dataset) -> None:
    """Remedies go over the rows of the parent; what they did is recorded with the bytes."""
    assert taken.derivation is not None
    parent, source = _parent(context, taken)
    asked = taken.derivation["prepare"]
    with context.database.reading() as db:
        objected = objected_lines(db, parent.id)
        most_tokens = encodings_in_use(db).get(COUNTED, 0)
    found_on = flagged_lines(context.storage, parent, objected)
    shape = Shape(parent.format or Shape.CHAT)
    conversion = conversion_of(asked, shape)
    lent = lent_to_remedies(shape, found_on, conversion, most_tokens, reader_of(source)[1])
    chosen = chosen_of(asked, shape, lent)
    prepared = prepare(lambda: source_rows(context.storage.open(parent.blob), source), chosen, shape, lent)
    with target(context.storage, taken.team_id) as mended:
        for line in prepared.lines():
            mended.write(line)
        written = mended.keep()
    recipe = converted(Recipe.of((parent.recipe or {}).get("steps", ())).then(prepared.recipe), conversion)
    with context.database.transaction() as db:
        recording.record_preparation(db, taken, written, changes_of(prepared), recipe.as_list())


def _parent(context: Context, taken: Dataset) -> tuple[Dataset, dict[str, Any]]:
    assert taken.parent_id is not None
    with context.database.reading() as db:
        parent = get_dataset(db, taken.parent_id)
    if parent.source is None or parent.source["shaping"] is None:
        raise UnreadError("nobody knows what the rows of the dataset mean that it was to be made of")
    return parent, parent.source


class _Nowhere:
    """Takes the lines of the parts that are somebody else's."""

    def write(self, line: bytes, /) -> None: ...
