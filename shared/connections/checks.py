"""Checking a connection in three beats: read it, ask the provider outside any transaction, record what was found."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.connections.access import provider_of
from shared.connections.credentials import CannotOpen, Vault
from shared.connections.tables import Connection, Health
from shared.db import now, seconds_from_now
from shared.errors import NotFound
from shared.providers.base import ListedModel, Provider, ProviderError, Throttled

SECONDS_BETWEEN_CHECKS = 600.0


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """What a check found. `training_open` None = the provider does not tell without an attempt."""

    health: Health
    detail: str
    training_open: bool | None = None
    models: dict[str, Any] | None = None
    """What stands in `Connection.models`; None = not learnt this time."""
    check_again_in: float = SECONDS_BETWEEN_CHECKS


def ask(connection: Connection, vault: Vault) -> CheckFinding:
    """Ask the provider whether the credential works, and whether it may train. Costs nothing, never raises."""
    try:
        provider = provider_of(connection, vault)
        try:
            return _found(provider)
        finally:
            provider.close()
    except Throttled as error:
        # It knows us well enough to slow us down.
        return CheckFinding(Health.HEALTHY, error.reason, check_again_in=error.retry_after)
    except ProviderError as error:
        return CheckFinding(Health.UNHEALTHY, error.reason)
    except CannotOpen as error:
        return CheckFinding(Health.UNHEALTHY, f"The stored credential cannot be opened: {error}")


def record(db: Session, asked: Connection, finding: CheckFinding) -> Connection:
    """Write down what was found, unless the connection was changed since it was asked: then its next check is due anyway.

    Raises NotFound when it was archived in the meantime.
    """
    connection = db.get(Connection, asked.id, with_for_update=True)
    if connection is None or connection.archived_at is not None:
        raise NotFound("connection")
    # Sealing the same credential twice gives other bytes, so equal bytes mean that nobody has touched it.
    if connection.sealed_credential == asked.sealed_credential:
        _write(connection, finding)
        connection.checked_at = db.scalar(select(now()))
        connection.due_at = db.scalar(select(seconds_from_now(finding.check_again_in)))
    db.flush()
    return connection


def _write(connection: Connection, finding: CheckFinding) -> None:
    connection.health = finding.health
    if finding.models is not None:
        connection.models = finding.models
    healthy = finding.health is Health.HEALTHY
    if healthy and finding.training_open is None and connection.training_open is False:
        return  # the provider does not tell: what a refused job has taught stands, with its reason
    connection.health_detail = finding.detail
    if healthy:
        connection.training_open = finding.training_open


def _found(provider: Provider) -> CheckFinding:
    account = provider.check()
    if not account.reachable:
        return CheckFinding(Health.UNHEALTHY, account.detail)
    return CheckFinding(
        Health.HEALTHY, account.detail, account.training, {one.name: _described(one) for one in provider.models()}
    )


def _described(model: ListedModel) -> dict[str, Any]:
    closes_on = None if model.closes_on is None else model.closes_on.isoformat()
    return {"trainable": model.trainable, "shutdown_date": closes_on}
