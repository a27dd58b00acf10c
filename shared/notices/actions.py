"""Telling the outside: an event is written in the transaction of what it tells, and delivered from there later."""

from typing import Any

from sqlalchemy.orm import Session

from shared import ids
from shared.ids import EventId, TeamId
from shared.notices.tables import OutboxEvent


def tell(db: Session, team_id: TeamId | None, kind: str, subject: str, **payload: Any) -> None:
    """Put an event (`job.succeeded`, say) about a thing into the outbox. Without a team it is the organisation's."""
    db.add(OutboxEvent(id=EventId(ids.new("evt")), team_id=team_id, kind=kind, subject=subject, payload=payload))
