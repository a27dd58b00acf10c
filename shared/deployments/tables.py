"""What is stored of deployments: capacity at Azure from which a tuned model answers, which costs by the hour while it stands."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Claimable, Row, guard_status, now, status_column, text_enum
from shared.ids import ConnectionId, DeploymentId, KeyId, ModelId, TeamId
from shared.lifecycles import DEPLOYMENT, DeploymentStatus
from shared.providers.deploying import Sku


class WhenBudgetIsGone(StrEnum):
    """What is to happen when the budget no longer covers another day."""

    WARN = "warn"
    """Say so, and go on: what the provider bills is charged all the same."""
    DELETE = "delete"
    """Say so, and delete it before what is held runs out, a day later as a rule, unless the budget covers it again."""


class Deployment(Claimable, Row):
    """One deployment of a team's. `name` is what Azure knows it by, and unique in its resource while it stands."""

    __tablename__ = "deployments"
    __table_args__ = (
        Index("ix_deployments_team", "team_id", "id"),
        Index(
            "uq_deployments_name",
            "connection_id",
            "name",
            unique=True,
            postgresql_where=text("status IN ('creating', 'ready', 'deleting')"),
        ),
    )
    id: Mapped[DeploymentId] = mapped_column(primary_key=True)
    team_id: Mapped[TeamId] = mapped_column(ForeignKey("teams.id"))
    created_by: Mapped[KeyId]
    created_at: Mapped[datetime] = mapped_column(server_default=now())

    # What was ordered
    connection_id: Mapped[ConnectionId] = mapped_column(ForeignKey("connections.id"))
    model_id: Mapped[ModelId | None] = mapped_column(ForeignKey("models.id"), index=True)
    """None = a checkpoint that is not in the registry."""
    model: Mapped[str]
    """What the provider calls the tuned model."""
    base_model: Mapped[str]
    name: Mapped[str]
    sku: Mapped[Sku] = mapped_column(text_enum(Sku))
    capacity: Mapped[int]
    """In thousands of tokens a minute."""
    when_budget_is_gone: Mapped[WhenBudgetIsGone] = mapped_column(text_enum(WhenBudgetIsGone))
    delete_when_idle_days: Mapped[int | None]
    """None = an idle one is only told of."""

    # Where it stands
    status: Mapped[DeploymentStatus] = status_column(DeploymentStatus)
    reason_code: Mapped[str | None]
    reason: Mapped[str | None]
    provider_status: Mapped[str | None]
    put_at: Mapped[datetime | None]
    """When it was last about to be ordered; from then on it may stand, whatever was answered."""
    stands_since: Mapped[datetime | None]
    """Hours are counted from then on; None = nobody has seen it yet."""
    ready_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    """When the provider takes it away, however much it is used (developer tier)."""
    ended_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    """Failures to reach the provider since the last success; stretches the wait."""

    # What it costs
    usd_per_million: Mapped[str]
    """The price of a million hours, as a decimal string; all hours are held and charged at it."""
    price_id: Mapped[str]
    hours_charged: Mapped[int] = mapped_column(default=0)
    """The hours from the first one on that were charged."""
    hours_held: Mapped[int] = mapped_column(default=0)
    """Hours up to this one that money was set aside for, charged ones too."""
    budget_gone_at: Mapped[datetime | None]
    """Since when the budget does not cover a whole day ahead."""

    # Who uses it
    last_asked_at: Mapped[datetime | None]
    """Its last prompt through us, to the minute."""
    idle_told_at: Mapped[datetime | None]

    _moves = guard_status(DEPLOYMENT)
