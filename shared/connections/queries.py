"""What is read of connections."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.connections.tables import Connection
from shared.errors import NotFound
from shared.ids import ConnectionId


def get_connection(db: Session, connection_id: ConnectionId) -> Connection:
    """One that is in use. Raises NotFound."""
    connection = db.get(Connection, connection_id)
    if connection is None or connection.archived_at is not None:
        raise NotFound("connection")
    return connection


def list_connections(db: Session, *, after: str | None, limit: int) -> Sequence[Connection]:
    """Those in use, the newest first."""
    query = select(Connection).where(Connection.archived_at.is_(None)).order_by(Connection.id.desc()).limit(limit)
    return db.scalars(query.where(Connection.id < after) if after else query).all()
