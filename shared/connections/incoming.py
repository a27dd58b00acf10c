"""What providers push to us: by which secrets it is known to be theirs, and that each is taken once.

What it says is believed in nothing; who is told that something has happened asks the provider what.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, exists, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.clock import utc_now
from shared.connections.credentials import CannotOpen, Vault
from shared.connections.signatures import Seal
from shared.connections.tables import Connection, IncomingWebhook, ProviderKind
from shared.db import now, seconds_from_now
from shared.errors import FieldError, InvalidRequest, Unauthenticated
from shared.ids import ConnectionId

DAYS_KEPT = 4
"""Longer than the three days in which a delivery is repeated."""
_AT_ONCE = 1_000


def give_secrets(connection: Connection, vault: Vault, secrets: Sequence[str]) -> None:
    """From now on deliveries under one of these are taken; none = none is. Raises InvalidRequest."""
    if secrets and connection.provider is not ProviderKind.OPENAI:
        fault = FieldError("/webhook_secrets", f"not for {connection.provider}")
        raise InvalidRequest("Only OpenAI pushes what it knows.", [fault])
    connection.sealed_webhook_secrets = vault.seal("\n".join(secrets), connection.id) if secrets else None
    connection.webhook_secrets_hint = ", ".join(f"…{secret[-4:]}" for secret in secrets) or None


def check_delivery(db: Session, vault: Vault, connection_id: ConnectionId, seal: Seal | None, body: bytes) -> None:
    """Raises Unauthenticated, in the same words whatever is wrong: a stranger does not learn whether there is a connection."""
    if seal is not None and seal.is_fresh(utc_now()):
        connection = db.get(Connection, connection_id)
        if connection is not None and seal.is_of(_secrets(connection, vault), body):
            return
    raise Unauthenticated("This is not signed with a secret that the connection knows, or not within five minutes.")


def is_first(db: Session, connection_id: ConnectionId, seal: Seal) -> bool:
    """Whether this delivery was not taken before; from now on it was."""
    row = {"connection_id": connection_id, "webhook_id": seal.id, "at": now()}
    noted = insert(IncomingWebhook).values(row).on_conflict_do_nothing().returning(IncomingWebhook.webhook_id)
    return db.execute(noted).first() is not None


def any_to_forget(db: Session) -> bool:
    """Whether a delivery has been remembered long enough."""
    return bool(db.scalar(select(exists().where(_is_old()))))


def forget(db: Session) -> bool:
    """Let go of some that were remembered long enough; False when there were none."""
    key = tuple_(IncomingWebhook.connection_id, IncomingWebhook.webhook_id)
    old = select(IncomingWebhook.connection_id, IncomingWebhook.webhook_id).where(_is_old()).limit(_AT_ONCE)
    gone = delete(IncomingWebhook).where(key.in_(old)).returning(IncomingWebhook.webhook_id)
    return db.execute(gone).first() is not None


def _secrets(connection: Connection, vault: Vault) -> list[str]:
    if connection.sealed_webhook_secrets is None or connection.archived_at is not None:
        return []
    try:
        return vault.open(connection.sealed_webhook_secrets, connection.id).split("\n")
    except CannotOpen:
        return []


def _is_old() -> ColumnElement[bool]:
    return IncomingWebhook.at < seconds_from_now(-DAYS_KEPT * 86_400.0)
