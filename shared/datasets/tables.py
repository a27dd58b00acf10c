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
    description: Mapped[str] = mapped_column(default="")
    asked: Mapped[dict[str, Any] | None]
    """What its uploader said of the file: `{"format": "csv", "mapping": {...}, "checks": "all"}`."""
    format: Mapped[str | None]
    """The shape of its examples (`shapes.Shape`); None until it is known."""
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    """None, like digest and key, until the bytes are there."""
    sha256: Mapped[str | None]
    storage_key: Mapped[str | None]
    source: Mapped[dict[str, Any] | None]
    """How the file was read: container, compression, encoding, style, mapping."""
    examples_key: Mapped[str | None]
    """Where its examples are, one JSON object per line: the uploaded bytes themselves, if they are that already."""
    examples_sha256: Mapped[str | None]
    examples_bytes: Mapped[int | None] = mapped_column(BigInteger)
    prints_key: Mapped[str | None]
    """Where the fingerprints of its examples are, by which it is compared with others."""
    flags_key: Mapped[str | None]
    """Where the lines are on which something doubtful was found, by which remedies leave them out."""
    sketches_key: Mapped[str | None]
    """Where the sketches of its examples are, by which near repetitions in other datasets are found."""
    recipe: Mapped[dict[str, Any] | None]
    """What inference must send and cut off, since the examples were written so."""
    offers: Mapped[list[Any] | None]
    """Remedies for what was found; None until the worker has looked for them."""
    derivation: Mapped[dict[str, Any] | None]
    """How this version came from another: `{"split": "training", "seed": 7, ...}`."""
    parent_id: Mapped[DatasetId | None] = mapped_column(ForeignKey("datasets.id"))
    routing: Mapped[dict[str, Any] | None]
    """Where it may go: `{"connections": [ids], "regions": [names]}`, or one of them; None = this version says nothing of it."""
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
        """The storage key of bytes that are there: of anything but a version that is still being written."""
        assert self.storage_key is not None, f"{self.id} has no bytes yet"
        return self.storage_key

    @property
    def examples_blob(self) -> str:
        """The storage key of its examples as JSON Lines: of anything that has been read."""
        assert self.examples_key is not None, f"{self.id} has not been read yet"
        return self.examples_key


class StoredFinding(Row):
    """One thing wrong with one line; `line` 0 is the file as a whole."""

    __tablename__ = "findings"
    __table_args__ = (Index("ix_findings_code", "dataset_id", "code", "ordinal"),)
    dataset_id: Mapped[DatasetId] = mapped_column(ForeignKey("datasets.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[TeamId] = mapped_column(ForeignKey("teams.id"))
    line: Mapped[int]
    offset: Mapped[int] = mapped_column(BigInteger)
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
