"""Changing the installation's keys while the service runs: every stored credential is put under the newest one, some at a time.

A row that is done says so itself (its first bytes), so it can be broken off and begun again anywhere, and two may do it at once.
"""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.connections.credentials import CannotOpen, Vault
from shared.connections.tables import Connection
from shared.ids import ConnectionId

AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Portion:
    """What was done of a portion. `last` is the id where the next one goes on; None = that was the last portion."""

    rewrapped: int
    unreadable: tuple[ConnectionId, ...]
    last: ConnectionId | None


def rewrap_some(db: Session, vault: Vault, after: ConnectionId | None = None, *, limit: int = AT_ONCE) -> Portion:
    """Put the next credentials that are not under the newest key yet under it, also those of connections out of use.

    What none of the keys opens stays as it is and is told. The rows are locked until the transaction ends.
    """
    rows = db.scalars(
        select(Connection)
        .where(
            Connection.id > (after or ""), func.substr(Connection.sealed_credential, 1, len(vault.stamp)) != vault.stamp
        )
        .order_by(Connection.id)
        .limit(limit)
        .with_for_update(key_share=True)
    ).all()
    unreadable = tuple(row.id for row in rows if not _rewrap(vault, row))
    db.flush()
    return Portion(len(rows) - len(unreadable), unreadable, rows[-1].id if len(rows) == limit else None)


def _rewrap(vault: Vault, row: Connection) -> bool:
    try:
        row.sealed_credential = vault.rewrap(row.sealed_credential, row.id)
    except CannotOpen:
        return False
    return True
