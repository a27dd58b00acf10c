"""How many requests a connection may be sent now, whoever sends them: one row in Postgres, which refills with its clock.

At most `requests_per_minute` are drawn in any 60 seconds: a quarter may go at once, and three quarters come back in a minute. Who
draws, holds the row until the end of the transaction, so that two never draw the same. What is not used is given back.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Double, Integer, cast, func, select, update
from sqlalchemy.orm import Session

from shared.connections.lags import minute_of, remember
from shared.connections.limits import REQUESTS_PER_MINUTE
from shared.connections.tables import Connection, Pace
from shared.db import now, seconds_from_now
from shared.ids import ConnectionId

AT_ONCE_SHARE, REFILLED_SHARE = 0.25, 0.75


def capacity(per_minute: int) -> float:
    """The most that can be drawn at once; a new connection has as much."""
    return max(1.0, per_minute * AT_ONCE_SHARE)


def most_at_once() -> ColumnElement[float]:
    """The same of `Connection`, as SQL."""
    return func.greatest(1.0, _per_minute() * AT_ONCE_SHARE, type_=Double)


def available() -> ColumnElement[float]:
    """What can be drawn now of `Pace` and its `Connection`; below nothing when more was sent than was drawn."""
    elapsed = cast(func.extract("epoch", now() - Pace.drawn_at), Double)
    refilled = Pace.allowance + elapsed * _per_minute() * (REFILLED_SHARE / 60)
    return func.least(most_at_once(), refilled, type_=Double)


def lock(db: Session, connection_id: ConnectionId) -> bool:
    """Hold the connection's row until the end of the transaction. False when somebody else does."""
    held = select(Pace.connection_id).where(Pace.connection_id == connection_id).with_for_update(skip_locked=True)
    return db.scalar(held) is not None


def draw(db: Session, connection_id: ConnectionId, wanted: int) -> int:
    """Take up to so many requests. Returns how many; perhaps none."""
    asked = select(available()).join(Connection, Connection.id == Pace.connection_id)
    there = db.scalars(asked.where(Pace.connection_id == connection_id).with_for_update(of=Pace)).one()
    drawn = max(0, min(wanted, int(there)))
    _write(db, connection_id, allowance=there - drawn, drawn_at=now())
    return drawn


def give_back(db: Session, connection_id: ConnectionId, drawn: int, asked: int) -> None:
    """What was drawn and not sent can be drawn again; what was sent beyond it is owed."""
    if drawn != asked:
        _write(db, connection_id, allowance=Pace.allowance + drawn - asked)


def wait_with_rounds(db: Session, connection_id: ConnectionId, seconds: float) -> None:
    """Begin no round at a connection for a while, so that its allowance grows enough to be worth one."""
    _write(db, connection_id, rounds_from=seconds_from_now(seconds))


def note_lags(db: Session, connection_id: ConnectionId, seconds: Sequence[float]) -> None:
    """Remember how late so many jobs were looked at."""
    pace = db.get_one(Pace, connection_id, with_for_update=True, populate_existing=True)
    pace.lags = remember(pace.lags, seconds, minute_of(db.scalars(select(now())).one()))


def _per_minute() -> ColumnElement[int]:
    return func.coalesce(Connection.max_requests_per_minute, REQUESTS_PER_MINUTE, type_=Integer)


def _write(db: Session, connection_id: ConnectionId, **values: Any) -> None:
    db.execute(update(Pace).where(Pace.connection_id == connection_id).values(**values))
