"""What is read of datasets."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.datasets.findings import Severity
from shared.datasets.rewrite import content_lines
from shared.datasets.tables import Dataset, StoredFinding
from shared.errors import NotFound
from shared.ids import DatasetId


def get_dataset(db: Session, dataset_id: DatasetId, *, for_update: bool = False) -> Dataset:
    """Raises NotFound."""
    dataset = db.get(Dataset, dataset_id, with_for_update=for_update or None, populate_existing=for_update)
    if dataset is None:
        raise NotFound("dataset")
    return dataset


def list_datasets(db: Session, *, after: str | None, limit: int, name: str | None = None) -> Sequence[Dataset]:
    """Versions of datasets, the newest first."""
    query = select(Dataset).order_by(Dataset.id.desc()).limit(limit)
    if name is not None:
        query = query.where(Dataset.name == name)
    return db.scalars(query.where(Dataset.id < after) if after else query).all()


def list_findings(
    db: Session, dataset_id: DatasetId, *, after: int, limit: int, code: str | None, severity: Severity | None
) -> Sequence[StoredFinding]:
    """A dataset's findings, those of the whole file first, then by line."""
    query = select(StoredFinding).where(StoredFinding.dataset_id == dataset_id, StoredFinding.ordinal > after)
    if code is not None:
        query = query.where(StoredFinding.code == code)
    if severity is not None:
        query = query.where(StoredFinding.severity == severity)
    return db.scalars(query.order_by(StoredFinding.ordinal).limit(limit)).all()


def examples(source: BinaryIO, offset: int, limit: int) -> Iterator[tuple[int, bytes]]:
    """Line numbers (from 1) and raw lines from an offset on; blank lines count, and are passed over."""
    numbered = enumerate(content_lines(source), start=1)
    yield from ((number, line) for number, line in islice(numbered, offset, offset + limit) if line)
