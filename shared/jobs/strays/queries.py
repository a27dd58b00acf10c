"""What is read of strays. They are the organisation's: a team sees none."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from shared.db import now
from shared.ids import ConnectionId
from shared.jobs.strays.tables import Stray, StrayKind


def list_strays(db: Session, connection_id: ConnectionId, *, before: int | None, limit: int) -> Sequence[Stray]:
    """What was found at a connection, the latest find first."""
    query = select(Stray).where(Stray.connection_id == connection_id).order_by(Stray.id.desc()).limit(limit)
    return db.scalars(query.where(Stray.id < before) if before is not None else query).all()


def unsettled(db: Session, connection_id: ConnectionId, most: int = 20) -> Sequence[Stray]:
    """Duplicates to be asked about now: those that are not over, or not charged yet; who waited longest comes first."""
    due = or_(Stray.look_at.is_(None), Stray.look_at <= now())
    order = (Stray.look_at.asc().nulls_first(), Stray.id)
    return db.scalars(select(Stray).where(*_waiting(connection_id), due).order_by(*order).limit(most)).all()


def seconds_to_unsettled(db: Session, connection_id: ConnectionId) -> float | None:
    """When the next duplicate is to be asked about; 0 = one is now, None = there is none."""
    soonest = func.min(func.coalesce(Stray.look_at, now()))
    left = select(func.extract("epoch", soonest - now())).where(*_waiting(connection_id))
    seconds = db.scalar(left)
    return None if seconds is None else max(0.0, float(seconds))


def _waiting(connection_id: ConnectionId) -> tuple[ColumnElement[bool], ...]:
    return (Stray.connection_id == connection_id, Stray.kind == StrayKind.DUPLICATE, Stray.settled_at.is_(None))
