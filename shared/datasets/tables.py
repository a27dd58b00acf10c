"""What is stored of datasets: versions and the findings of their validation. The bytes are in storage."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Claimable, Row, guard_status, now, status_column
from shared.ids import DatasetId, KeyId, TeamId
from shared.lifecycles import DATASET, DatasetStatus


class Dataset(Claimable, Row):
    """One version of a named dataset. Its bytes never change."""

    __tablename__ = "datasets"
    __table_args__ = (UniqueConstraint("team_id", "name", "version"),)
    id: Mapped[DatasetId] = mapped_column(primary_key=True)
    team_id: Mapped[TeamId] = mapped_column(ForeignKey("teams.id"))
    name: Mapped[str]
    version: Mapped[int]
    status: Mapped[DatasetStatus] = status_column(DatasetStatus)
    reason: Mapped[str | None]
    filename: Mapped[str]
    format: Mapped[str]
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    """None, like digest and key, until the bytes are there."""
    sha256: Mapped[str | None]
    storage_key: Mapped[str | None]
    derivation: Mapped[dict[str, Any] | None]
    """How this version came from another: `{"split": "training", "seed": 7, ...}`."""
    parent_id: Mapped[DatasetId | None] = mapped_column(ForeignKey("datasets.id"))
    lines_read: Mapped[int] = mapped_column(default=0)
    """How far the validation is."""
    attempts: Mapped[int] = mapped_column(default=0)
    """How often a worker began with this; a file that ends every worker is given up."""
    report: Mapped[dict[str, Any] | None]
    created_by: Mapped[KeyId]
    created_at: Mapped[datetime] = mapped_column(server_default=now())

    _moves = guard_status(DATASET)

    @property
    def blob(self) -> str:
        """The storage key of bytes that are there: of anything but a part that is still being written."""
        assert self.storage_key is not None, f"{self.id} has no bytes yet"
        return self.storage_key


class StoredFinding(Row):
    """One thing wrong with one line; `line` 0 is the file as a whole."""

    __tablename__ = "findings"
    __table_args__ = (Index("ix_findings_code", "dataset_id", "code", "ordinal"),)
    dataset_id: Mapped[DatasetId] = mapped_column(ForeignKey("datasets.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[TeamId] = mapped_column(ForeignKey("teams.id"))
    line: Mapped[int]
    code: Mapped[str]
    severity: Mapped[str]
    pointer: Mapped[str]
    message: Mapped[str]
    fix: Mapped[str]
    excerpt: Mapped[str]

    @property
    def id(self) -> int:
        """Its place in the list of its dataset's findings."""
        return self.ordinal
