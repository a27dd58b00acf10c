"""What changes connections."""

from sqlalchemy.orm import Session

from shared.connections.tables import Connection
from shared.ids import ConnectionId


def close_training(db: Session, connection_id: ConnectionId, reason: str) -> None:
    """Remember that a provider takes no new training from this account, so that nobody prepares for it in vain."""
    connection = db.get_one(Connection, connection_id, with_for_update=True)
    connection.training_open, connection.health_detail = False, reason
