"""What is read of datasets."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.datasets.findings import LONGEST_EXCERPT, Severity, storable
from shared.datasets.prints import Prints
from shared.datasets.quality.flags import read_flags
from shared.datasets.reading.jsonl import RawLine, raw_lines, read_lines
from shared.datasets.tables import Dataset, StoredFinding
from shared.errors import DatasetNotReady, NotFound
from shared.ids import DatasetId, TeamId
from shared.lifecycles import DatasetStatus
from shared.storage import Storage

TEXTS = {"jsonl", "json", "csv", "tsv", "yaml", "text"}
FLAGGED = "moderation_flagged"
PAGE_BYTES = 1_000_000
"""How much of a dataset's content one look at its examples brings."""


def get_dataset(
    db: Session, dataset_id: DatasetId, *, team_id: TeamId | None = None, for_update: bool = False
) -> Dataset:
    """A dataset; with `team_id`, one of that team. Raises NotFound."""
    dataset = db.get(Dataset, dataset_id, with_for_update=for_update or None, populate_existing=for_update)
    if dataset is None or team_id not in (None, dataset.team_id):
        raise NotFound("dataset")
    return dataset


def list_datasets(
    db: Session, *, team_id: TeamId | None = None, after: str | None, limit: int, name: str | None = None
) -> Sequence[Dataset]:
    """Versions of datasets, the newest first; with `team_id`, those of that team."""
    query = select(Dataset).order_by(Dataset.id.desc()).limit(limit)
    if team_id is not None:
        query = query.where(Dataset.team_id == team_id)
    if name is not None:
        query = query.where(Dataset.name == name)
    return db.scalars(query.where(Dataset.id < after) if after else query).all()


def get_report(db: Session, dataset_id: DatasetId, *, team_id: TeamId | None = None) -> tuple[Dataset, dict[str, Any]]:
    """A dataset with its report. Raises NotFound, or DatasetNotReady while it is being validated."""
    dataset = get_dataset(db, dataset_id, team_id=team_id)
    if dataset.report is None:
        raise DatasetNotReady(
            f"{dataset.id} is {dataset.status} and has no report: {dataset.reason or 'ask again soon'}."
        )
    return dataset, dataset.report


def get_offers(db: Session, dataset_id: DatasetId, *, team_id: TeamId | None = None) -> list[Any]:
    """The remedies that would change something. Raises NotFound, or DatasetNotReady until they have been looked for."""
    dataset = get_dataset(db, dataset_id, team_id=team_id)
    if dataset.offers is None:
        raise DatasetNotReady(
            f"{dataset.id} is {dataset.status}, and its remedies are still looked for. Ask again soon."
        )
    return dataset.offers


def get_stored(db: Session, dataset_id: DatasetId, *, team_id: TeamId | None = None) -> Dataset:
    """A dataset whose bytes are there. Raises NotFound, or DatasetNotReady while they are being made."""
    dataset = get_dataset(db, dataset_id, team_id=team_id)
    if dataset.storage_key is None:
        raise DatasetNotReady(
            f"{dataset.id} is {dataset.status} and has no bytes: {dataset.reason or 'ask again soon'}."
        )
    return dataset


@dataclass(frozen=True, slots=True)
class Findings:
    """Which findings are wanted: those after a position, of one code, of one severity (None = any)."""

    dataset_id: DatasetId
    after: int
    code: str | None
    severity: Severity | None


def list_findings(db: Session, wanted: Findings, *, limit: int) -> Sequence[StoredFinding]:
    """A dataset's findings: those of the whole file first, then by line, and last what came after the validation (moderation)."""
    query = select(StoredFinding).where(
        StoredFinding.dataset_id == wanted.dataset_id, StoredFinding.ordinal > wanted.after
    )
    if wanted.code is not None:
        query = query.where(StoredFinding.code == wanted.code)
    if wanted.severity is not None:
        query = query.where(StoredFinding.severity == wanted.severity)
    return db.scalars(query.order_by(StoredFinding.ordinal).limit(limit)).all()


def objected_lines(db: Session, dataset_id: DatasetId) -> Collection[int]:
    """All lines that a provider's moderation has objected to."""
    of_moderation = select(StoredFinding.line).where(
        StoredFinding.dataset_id == dataset_id, StoredFinding.code == FLAGGED
    )
    return set(db.scalars(of_moderation))


def flagged_lines(storage: Storage, dataset: Dataset, objected: Collection[int]) -> dict[str, Collection[int]]:
    """By code, all lines on which something doubtful was found: by the observers, and by a provider's moderation.

    Reads storage, for which no transaction may be kept waiting: ask for `objected_lines` before.
    """
    found_on: dict[str, Collection[int]] = {}
    if dataset.flags_key is not None:
        with storage.open(dataset.flags_key) as file:
            found_on.update(read_flags(file))
    if objected:
        found_on[FLAGGED] = objected
    return found_on


def read_examples(storage: Storage, dataset: Dataset, offset: int, limit: int) -> dict[str, Any]:
    """At most `limit` lines, and `PAGE_BYTES`, from an offset on, as `{"data": [{"line", "example", "text"}], "next_offset"}`.

    A line that is longer than a page is not shown as an example but by its beginning, as text.
    """
    shown: list[dict[str, Any]] = []
    left = PAGE_BYTES
    line_of = _source_lines(storage, dataset)
    with storage.open(_shown_blob(dataset)) as source:
        for number, line in enumerate(islice(raw_lines(source, PAGE_BYTES), offset, None), start=offset + 1):
            left -= len(line.content) if line.is_complete else 0  # only an excerpt of it is shown
            # One line is always shown, so that whoever follows `next_offset` comes to an end.
            if len(shown) == limit or (shown and left < 0):
                return {"data": shown, "next_offset": number - 1}
            shown.append(_shown(line_of(number), line))
    return {"data": shown, "next_offset": None}


def _source_lines(storage: Storage, dataset: Dataset) -> Callable[[int], int]:
    """On which line of the uploaded file an example stands: by this, findings name it."""
    is_whole = dataset.status is not DatasetStatus.REJECTED  # only well-formed examples have fingerprints
    if dataset.prints_key is None or not is_whole or _shown_blob(dataset) == dataset.storage_key:
        return lambda number: number
    with storage.open(dataset.prints_key) as file:
        lines = Prints.read(file).lines
    return lambda number: int(lines[number - 1])


def _shown_blob(dataset: Dataset) -> str:
    """Where the lines are that people want to see: the examples, but of a text with faults the lines that hold them."""
    source = dataset.source or {}
    is_text = source.get("container") in TEXTS and source.get("compression") is None
    if dataset.examples_key is None or (dataset.status is DatasetStatus.REJECTED and is_text):
        return dataset.blob
    return dataset.examples_key


def _shown(number: int, line: RawLine) -> dict[str, Any]:
    read = next(iter(read_lines(BytesIO(line.content), PAGE_BYTES)), None) if line.is_complete else None
    # A row may be understood and yet hold what cannot be written again, such as half of a character.
    if read is not None and read.row is not None and not any(one.severity is Severity.ERROR for one in read.findings):
        return {"line": number, "example": read.row, "text": None}
    return {"line": number, "example": None, "text": _beginning(line.content.decode(errors="replace"))}


def _beginning(text: str) -> str:
    """As it stands in the file: whoever looks at examples wants to see what they say."""
    shown: str = storable(text if len(text) <= LONGEST_EXCERPT else text[: LONGEST_EXCERPT - 1] + "…")
    return shown
