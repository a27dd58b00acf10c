"""What is read of strays. They are the organisation's: a team sees none."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.ids import ConnectionId
from shared.jobs.strays.tables import Stray, StrayKind


def list_strays(db: Session, connection_id: ConnectionId, *, before: int | None, limit: int) -> Sequence[Stray]:
    """What was found at a connection, the latest find first."""
    query = select(Stray).where(Stray.connection_id == connection_id).order_by(Stray.id.desc()).limit(limit)
    return db.scalars(query.where(Stray.id < before) if before is not None else query).all()


def unsettled(db: Session, connection_id: ConnectionId, most: int = 20) -> Sequence[Stray]:
    """Duplicates that are not over, or not charged yet, the earliest find first."""
    waiting = (Stray.connection_id == connection_id, Stray.kind == StrayKind.DUPLICATE, Stray.settled_at.is_(None))
    return db.scalars(select(Stray).where(*waiting).order_by(Stray.id).limit(most)).all()
