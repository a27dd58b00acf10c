"""Changing the installation's keys while the service runs: every stored secret is put under the newest one, some at a time.

A row that is done says so itself (its secrets' first bytes), so it can be broken off and begun again anywhere, and two may do it
at once.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from shared.connections.credentials import CannotOpen, Vault
from shared.connections.tables import Connection
from shared.ids import ConnectionId

AT_ONCE = 100
_SEALED = ("sealed_credential", "sealed_client_secret", "sealed_webhook_secrets")
"""Every column that holds what a vault has sealed; empty where there is no such secret."""


@dataclass(frozen=True, slots=True)
class Portion:
    """What was done of a portion of connections. `last` is the id where the next one goes on; None = that was the last portion."""

    rewrapped: int
    unreadable: tuple[ConnectionId, ...]
    last: ConnectionId | None


def rewrap_some(db: Session, vault: Vault, after: ConnectionId | None = None, *, limit: int = AT_ONCE) -> Portion:
    """Put the secrets of the next connections that are not under the newest key yet under it, also of those out of use.

    What none of the keys opens stays as it is and is told. The rows are locked until the transaction ends.
    """
    old = [_is_under_another(getattr(Connection, column), vault) for column in _SEALED]
    rows = db.scalars(
        select(Connection)
        .where(Connection.id > (after or ""), or_(*old))
        .order_by(Connection.id)
        .limit(limit)
        .with_for_update(key_share=True)
    ).all()
    unreadable = tuple(row.id for row in rows if not _rewrap(vault, row))
    db.flush()
    return Portion(len(rows) - len(unreadable), unreadable, rows[-1].id if len(rows) == limit else None)


def _is_under_another(sealed: InstrumentedAttribute[bytes], vault: Vault) -> ColumnElement[bool]:
    return (func.length(sealed) > 0) & (func.substr(sealed, 1, len(vault.stamp)) != vault.stamp)


def _rewrap(vault: Vault, row: Connection) -> bool:
    """Whether all of a connection's secrets are under the newest key now."""
    done = True
    for column in _SEALED:
        sealed = getattr(row, column)
        if not sealed or sealed.startswith(vault.stamp):
            continue
        try:
            setattr(row, column, vault.rewrap(sealed, row.id))
        except CannotOpen:
            done = False
    return done
