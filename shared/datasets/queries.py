"""What is read of datasets."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.datasets.findings import Severity, excerpt
from shared.datasets.jsonl import LONGEST_LINE_BYTES, raw_lines, read_lines
from shared.datasets.tables import Dataset, StoredFinding
from shared.errors import DatasetNotReady, NotFound
from shared.ids import DatasetId, TeamId
from shared.storage import Storage


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
    """A dataset's findings, those of the whole file first, then by line."""
    query = select(StoredFinding).where(
        StoredFinding.dataset_id == wanted.dataset_id, StoredFinding.ordinal > wanted.after
    )
    if wanted.code is not None:
        query = query.where(StoredFinding.code == wanted.code)
    if wanted.severity is not None:
        query = query.where(StoredFinding.severity == wanted.severity)
    return db.scalars(query.order_by(StoredFinding.ordinal).limit(limit)).all()


def read_examples(storage: Storage, dataset: Dataset, offset: int, limit: int) -> dict[str, Any]:
    """`limit` lines from an offset on, as `{"data": [{"line", "example", "text"}], "next_offset"}`."""
    with storage.open(dataset.blob) as source:
        lines = list(islice(enumerate(raw_lines(source, LONGEST_LINE_BYTES), start=1), offset, offset + limit + 1))
    shown = [_shown(number, line.content) for number, line in lines[:limit]]
    return {"data": shown, "next_offset": offset + limit if len(lines) > limit else None}


def _shown(number: int, content: bytes) -> dict[str, Any]:
    row = next(iter(read_lines(BytesIO(content), LONGEST_LINE_BYTES)), None)
    if row is not None and row.row is not None:
        return {"line": number, "example": row.row, "text": None}
    return {"line": number, "example": None, "text": excerpt(content.decode(errors="replace"))}
