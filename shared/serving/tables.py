"""What is stored of serving: aliases, and each change of what they point to."""

from datetime import datetime

from sqlalchemy import ForeignKey, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Row, now
from shared.ids import KeyId, ModelId, TeamId


class Alias(Row):
    """A name that callers use, whatever model stands behind it today."""

    __tablename__ = "aliases"
    team_id: Mapped[TeamId] = mapped_column(ForeignKey("teams.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    model_id: Mapped[ModelId] = mapped_column(ForeignKey("models.id"))
    updated_at: Mapped[datetime] = mapped_column(server_default=now())


class AliasChange(Row):
    """One promotion, kept for the history."""

    __tablename__ = "alias_changes"
    __table_args__ = (Index("ix_alias_changes_alias", "team_id", "name", "id"),)
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    team_id: Mapped[TeamId] = mapped_column(ForeignKey("teams.id"))
    name: Mapped[str]
    from_model_id: Mapped[ModelId | None]
    to_model_id: Mapped[ModelId]
    by_key_id: Mapped[KeyId]
    at: Mapped[datetime] = mapped_column(server_default=now())
