"""What is stored of tuned models: each with the whole story of where it came from."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Row, guard_status, now, status_column
from shared.ids import ConnectionId, JobId, ModelId, TeamId
from shared.lifecycles import MODEL, ModelStatus


class Model(Row):
    """A tuned model. `provider_model` is what its provider calls it."""

    __tablename__ = "models"
    __table_args__ = (
        UniqueConstraint("connection_id", "provider_model"),
        Index("uq_models_final", "job_id", unique=True, postgresql_where=text("step IS NULL")),
        Index("uq_models_step", "job_id", "step", unique=True),
    )
    id: Mapped[ModelId] = mapped_column(primary_key=True)
    team_id: Mapped[TeamId] = mapped_column(ForeignKey("teams.id"), index=True)
    status: Mapped[ModelStatus] = status_column(ModelStatus)
    connection_id: Mapped[ConnectionId] = mapped_column(ForeignKey("connections.id"))
    provider_model: Mapped[str]
    base_model: Mapped[str]
    job_id: Mapped[JobId]
    step: Mapped[int | None]
    """After which step of its job, of a checkpoint; None = it is what the job made in the end, of which there is one."""
    lineage: Mapped[dict[str, Any]]
    """Dataset versions with digests, method, hyperparameters, seed, billed tokens, cost: all as they were."""
    scores: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Evaluation id → what it found for this model."""
    shutdown_date: Mapped[date | None]
    warned_days: Mapped[int | None]
    """The last warning of the shutdown that was given: for so many days before it. None = none yet."""
    created_at: Mapped[datetime] = mapped_column(server_default=now())

    _moves = guard_status(MODEL)
