"""What is stored for the outside to hear: the outbox. A row is written in the transaction of what it tells."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Row, now
from shared.ids import EventId, TeamId


class OutboxEvent(Row):
    __tablename__ = "outbox"
    id: Mapped[EventId] = mapped_column(primary_key=True)
    team_id: Mapped[TeamId | None] = mapped_column(ForeignKey("teams.id"), index=True)
    """Whose event it is. None = the organisation's: it concerns every team that may use the subject."""
    kind: Mapped[str]
    """One of API.md's event names, such as `job.succeeded`."""
    subject: Mapped[str]
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=now())
