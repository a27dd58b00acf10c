"""What is stored of strays, and of the walks by which they are found."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Claimable, Row, now, text_enum
from shared.ids import ConnectionId, JobId
from shared.money import Usd


class StrayKind(StrEnum):
    """What a job at a provider is that no job of ours is about."""

    FOREIGN = "foreign"
    """It has no tag: somebody ordered it past this service."""
    OTHER_INSTALLATION = "other_installation"
    """Its tag is another installation's, which uses the same account."""
    UNKNOWN = "unknown"
    """Its tag is ours, and the team that it names is not known here."""
    DUPLICATE = "duplicate"
    """It was bought for a job of ours that has another one. The only kind that is asked to stop."""


class Stray(Row):
    """A job at a provider that no job of ours is about. The organisation's: such a job may be any team's, or nobody's here."""

    __tablename__ = "strays"
    __table_args__ = (
        Index("uq_strays_provider_job", "connection_id", "provider_job_id", unique=True),
        Index(
            "ix_strays_unsettled", "connection_id", postgresql_where=text("kind = 'duplicate' AND settled_at IS NULL")
        ),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    connection_id: Mapped[ConnectionId] = mapped_column(ForeignKey("connections.id"))
    provider_job_id: Mapped[str]
    kind: Mapped[StrayKind] = mapped_column(text_enum(StrayKind))
    job_id: Mapped[JobId | None] = mapped_column(ForeignKey("jobs.id"))
    """The job that it repeats, or that it has become by an import."""
    tag: Mapped[str | None]
    model: Mapped[str | None]
    """What it trains."""
    method: Mapped[str | None]
    provider_status: Mapped[str]
    ordered_at: Mapped[datetime | None]
    trained_tokens: Mapped[int | None] = mapped_column(BigInteger)
    found_at: Mapped[datetime] = mapped_column(server_default=now())
    look_at: Mapped[datetime | None]
    """Of a duplicate: when it is asked about next. None = not asked about yet."""
    missed: Mapped[int] = mapped_column(default=0)
    """How often in a row the provider has answered that it does not know it."""
    looks_for_bill: Mapped[int] = mapped_column(default=0)
    """How often it was looked at when it was over and its bill was not stated."""
    settled_at: Mapped[datetime | None]
    """Of a duplicate: when it was over and charged."""
    charged: Mapped[Usd | None]


class Walk(Claimable, Row):
    """When a connection's list is looked through next. A trigger makes it with the connection."""

    __tablename__ = "walks"
    id: Mapped[ConnectionId] = mapped_column(ForeignKey("connections.id"), primary_key=True)
    whole_at: Mapped[datetime | None]
    """When the list was last read to its end."""
