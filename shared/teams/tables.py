"""What is stored of teams: themselves, their keys, what was asked for once, and who did what."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Row, now, text_enum
from shared.ids import KeyId, TeamId


class Role(StrEnum):
    """What a key may do. `admin` acts for the organisation, the others inside one team."""

    ADMIN = "admin"
    LEAD = "lead"
    MEMBER = "member"


class Installation(Row):
    """This deployment's own name, made at the first migration: what we own at a provider carries it."""

    __tablename__ = "installation"
    id: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(server_default=now())


class Team(Row):
    __tablename__ = "teams"
    id: Mapped[TeamId] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    weight: Mapped[int] = mapped_column(default=1)
    """How many turns it gets where another gets one, when jobs of several teams wait for the same account."""
    routing: Mapped[dict[str, Any] | None]
    """Where all its data may go: `{"connections": [ids], "regions": [names]}`, or one of them; None = anywhere."""
    created_at: Mapped[datetime] = mapped_column(server_default=now())
    archived_at: Mapped[datetime | None]


class Key(Row):
    """An API key; of the secret only its SHA-256 is kept."""

    __tablename__ = "keys"
    id: Mapped[KeyId] = mapped_column(primary_key=True)
    team_id: Mapped[TeamId | None] = mapped_column(ForeignKey("teams.id"), index=True)
    role: Mapped[Role] = mapped_column(text_enum(Role))
    name: Mapped[str]
    secret_sha256: Mapped[str] = mapped_column(unique=True)
    hint: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=now())
    revoked_at: Mapped[datetime | None]


class RememberedRequest(Row):
    """A POST that carried an Idempotency-Key, with the answer that it got."""

    __tablename__ = "remembered_requests"
    __table_args__ = (Index("uq_remembered_requests_owner", text("coalesce(team_id, '')"), "key", unique=True),)
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    team_id: Mapped[TeamId | None] = mapped_column(ForeignKey("teams.id"))
    key: Mapped[str]
    fingerprint: Mapped[str]
    status: Mapped[int]
    headers: Mapped[dict[str, Any]]
    body: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=now(), index=True)


class AuditEntry(Row):
    """One thing that somebody changed."""

    __tablename__ = "audit_entries"
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    team_id: Mapped[TeamId | None] = mapped_column(ForeignKey("teams.id"), index=True)
    key_id: Mapped[KeyId | None]
    action: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[dict[str, Any]]
    at: Mapped[datetime] = mapped_column(server_default=now())
