"""A connection in trouble: left alone for a while, told of once, and gone on with as soon as it answers.

What a job learns and what a check learns meet here, so that a refused credential is tried by one of them at a time.
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy import update as update_rows
from sqlalchemy.orm import Session

from shared.connections.tables import Connection, Health
from shared.db import now, seconds_from_now
from shared.ids import ConnectionId
from shared.notices.actions import tell

REFUSED_SECONDS = 300.0
"""How far apart a refused credential is tried. The next check is what tries it: jobs are left alone a little longer."""
_LONGER = 30.0


def close_training(db: Session, connection_id: ConnectionId, reason: str) -> None:
    """Remember that a provider takes no new training from this account, so that nobody prepares for it in vain.

    A new credential opens it again, and so does a check in which the provider says so.
    """
    connection = db.get_one(Connection, connection_id, with_for_update={"key_share": True})
    connection.training_open, connection.health_detail = False, reason


def leave_alone(db: Session, connection_id: ConnectionId, seconds: float) -> None:
    """Ask nothing of a connection for a while: it did not answer or wants us to wait."""
    _write(db, connection_id, resume_at=seconds_from_now(seconds), failures=Connection.failures + 1)


def leave_resource_alone(db: Session, connection_id: ConnectionId) -> None:
    """The application is refused where deployments are made: one of them tries again in five minutes, for all of them.

    Jobs are not concerned: what they show may be a key, or good for the resource and not for its manager.
    """
    _write(db, connection_id, managed_again_at=seconds_from_now(REFUSED_SECONDS))


def note_managed(db: Session, connection_id: ConnectionId) -> None:
    """The application is taken again where deployments are made."""
    _write(db, connection_id, managed_again_at=None)


def note_answer(db: Session, connection_id: ConnectionId) -> None:
    """A connection that had failed answers again: all its jobs go on."""
    _write(db, connection_id, resume_at=None, failures=0)


def note_refusal(db: Session, connection_id: ConnectionId, reason: str) -> None:
    """Its credential is refused, or cannot be opened: nothing is asked of it but, every five minutes, whether that has changed."""
    connection = db.get_one(Connection, connection_id, with_for_update={"key_share": True})
    found_unhealthy(db, connection, reason)
    rest_until_checked(db, connection)


def rest_until_checked(db: Session, connection: Connection) -> None:
    """The next check is due in five minutes, and jobs wait until it has been made.

    One that was taken out of use is checked no more: the jobs that it still has try again by themselves.
    """
    if connection.archived_at is None:
        connection.due_at = db.scalar(select(seconds_from_now(REFUSED_SECONDS)))
    connection.resume_at = db.scalar(select(seconds_from_now(REFUSED_SECONDS + _LONGER)))
    connection.failures += 1


def found_unhealthy(db: Session, connection: Connection, reason: str) -> None:
    """Write it down, and tell of it once until it is found healthy again."""
    connection.health, connection.health_detail = Health.UNHEALTHY, reason
    if connection.outage_since is None:
        connection.outage_since = db.scalar(select(now()))
        tell(db, None, "connection.unhealthy", connection.id, name=connection.name, reason=reason)


def found_healthy(connection: Connection) -> None:
    """Its credential works: the outage is over, and what waited for that goes on."""
    connection.health = Health.HEALTHY
    if connection.outage_since is not None:
        connection.outage_since, connection.resume_at, connection.failures = None, None, 0


def _write(db: Session, connection_id: ConnectionId, **values: Any) -> None:
    db.execute(update_rows(Connection).where(Connection.id == connection_id).values(**values))
