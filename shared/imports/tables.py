"""What is stored of imports: what was asked for, how far it is, and what became of each job and model that was found."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Claimable, Row, guard_status, now, status_column, text_enum
from shared.ids import ConnectionId, ImportId, JobId, KeyId, TeamId
from shared.lifecycles import IMPORT, ImportStatus


class ItemOutcome(StrEnum):
    """What became of one thing that was found at the provider."""

    FOUND = "found"
    """It would be taken in: the import is a dry run."""
    TAKEN = "taken"
    KNOWN = "known"
    """It is here already."""
    FAILED = "failed"
    """It could not be taken in; `reason` tells why."""


class Import(Claimable, Row):
    """An admin's wish that what exists at a provider comes here, for one team."""

    __tablename__ = "imports"
    id: Mapped[ImportId] = mapped_column(primary_key=True)
    team_id: Mapped[TeamId] = mapped_column(ForeignKey("teams.id"), index=True)
    connection_id: Mapped[ConnectionId] = mapped_column(ForeignKey("connections.id"))
    created_by: Mapped[KeyId]
    created_at: Mapped[datetime] = mapped_column(server_default=now())
    dry_run: Mapped[bool]
    jobs: Mapped[list[Any] | None]
    """The provider's ids of the jobs that are wanted."""
    models: Mapped[list[Any] | None]
    """The provider's names of the models that are wanted. Both None = everything."""
    status: Mapped[ImportStatus] = status_column(ImportStatus)
    reason_code: Mapped[str | None]
    reason: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None]

    _moves = guard_status(IMPORT)


class ImportItem(Row):
    """One thing that was found, once for each import."""

    __tablename__ = "import_items"
    __table_args__ = (Index("uq_import_items_subject", "import_id", "subject", unique=True),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    import_id: Mapped[ImportId] = mapped_column(ForeignKey("imports.id"))
    team_id: Mapped[TeamId] = mapped_column(ForeignKey("teams.id"))
    subject: Mapped[str]
    """The provider's id of the job, or the name of a model of which no job is left."""
    model: Mapped[str | None]
    """What it was trained from."""
    fine_tuned_model: Mapped[str | None]
    provider_status: Mapped[str | None]
    outcome: Mapped[ItemOutcome] = mapped_column(text_enum(ItemOutcome))
    reason: Mapped[str | None]
    job_id: Mapped[JobId | None] = mapped_column(ForeignKey("jobs.id"))
