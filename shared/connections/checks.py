"""Checking a connection in three beats: read it, ask the provider outside any transaction, record what was found."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.connections.access import deployer_of, provider_of
from shared.connections.credentials import CannotOpen, Vault, is_same_sealing
from shared.connections.outages import found_healthy, found_unhealthy, rest_until_checked
from shared.connections.tables import Connection, CredentialKind, Health
from shared.db import now, seconds_from_now
from shared.errors import NotFound
from shared.providers.base import Account, Provider, ProviderError, ProviderModel, Rejected, Throttled

SECONDS_BETWEEN_CHECKS = 600.0


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """What a check found. `health` None = nothing, so that what stood stands. `training_open` None = the provider does
    not tell without an attempt.

    `models` None = the provider did not say which it has. `refused`: it is the credential that stands in the way.
    """

    health: Health | None
    detail: str
    training_open: bool | None = None
    models: Sequence[ProviderModel] | None = None
    check_again_in: float = SECONDS_BETWEEN_CHECKS
    refused: bool = False
    region: str | None = None
    """Where its resource stands; None = nobody told, or it is known already."""


def ask(connection: Connection, vault: Vault) -> CheckFinding:
    """Ask the provider whether the credential works, and whether it may train. Costs nothing, never raises."""
    try:
        secret = _secret(connection, vault)
        finding = _answer(connection, vault)
    except CannotOpen as error:
        return CheckFinding(Health.UNHEALTHY, f"The stored credential cannot be opened: {error}", refused=True)
    # A provider may repeat the key that it refuses.
    told = finding.detail.replace(secret, "…") if secret else finding.detail
    return replace(finding, detail=told, region=_region(connection, vault))


def _secret(connection: Connection, vault: Vault) -> str | None:
    """What is kept of it; None where nothing is, since the machine gives out its tokens."""
    by_key = connection.credential_kind is CredentialKind.KEY
    sealed = connection.sealed_credential if by_key else connection.sealed_client_secret
    return None if sealed is None else vault.open(sealed, connection.id)


def record(db: Session, asked: Connection, finding: CheckFinding) -> Connection:
    """Write down what was found, unless the connection was changed since it was asked: then its next check is due anyway.

    Raises NotFound when it was archived in the meantime.
    """
    connection = db.get(Connection, asked.id, with_for_update=True)
    if connection is None or connection.archived_at is not None:
        raise NotFound("connection")
    # A change of the installation's own keys is none of its secrets.
    if all(map(is_same_sealing, connection.sealed, asked.sealed)):
        if finding.models is not None:
            connection.models = {model.name: _kept(model) for model in finding.models}
        if finding.region is not None and _where(connection) == _where(asked):
            connection.told_region = finding.region
        connection.due_at = db.scalar(select(seconds_from_now(finding.check_again_in)))
        if finding.health is not None:
            connection.checked_at = db.scalar(select(now()))
            _write(db, connection, finding)
    db.flush()
    return connection


def _where(connection: Connection) -> tuple[str, dict[str, Any] | None]:
    """What a region was told of: it does not hold for another address, or another resource."""
    return connection.base_url, connection.management


def _write(db: Session, connection: Connection, finding: CheckFinding) -> None:
    if finding.health is not Health.HEALTHY:
        found_unhealthy(db, connection, finding.detail)
        if finding.refused:
            rest_until_checked(db, connection)
        return
    found_healthy(connection)
    if finding.training_open is None and connection.training_open is False:
        return  # the provider does not tell: what a refused job has taught stands, with its reason
    connection.health_detail, connection.training_open = finding.detail, finding.training_open


def _region(connection: Connection, vault: Vault) -> str | None:
    """A resource does not move: it is asked until it has told, and again when another one is managed or answers.

    Data goes to the connection's address: where a managed resource stands that does not answer there says nothing of it.
    """
    if connection.management is None or connection.told_region is not None:
        return None
    try:
        with closing(deployer_of(connection, vault)) as deployer:
            return deployer.location(connection.base_url)
    except (ProviderError, CannotOpen):
        return None


def _answer(connection: Connection, vault: Vault) -> CheckFinding:
    try:
        provider = provider_of(connection, vault)
    except Throttled as error:
        # By who gives out tokens: neither did the provider see one, nor was the secret looked at.
        return CheckFinding(None, error.reason, check_again_in=error.retry_after)
    except ProviderError as error:
        return _prevented(error)
    try:
        with closing(provider):
            account = provider.check()
            return _found(account, _models(provider) if account.reachable else None)
    except Throttled as error:
        # It knows us well enough to slow us down.
        return CheckFinding(Health.HEALTHY, error.reason, check_again_in=error.retry_after)
    except ProviderError as error:
        return _prevented(error)


def _prevented(error: ProviderError) -> CheckFinding:
    return CheckFinding(Health.UNHEALTHY, error.reason, refused=isinstance(error, Rejected) and error.credential)


def _found(account: Account, models: Sequence[ProviderModel] | None) -> CheckFinding:
    health = Health.HEALTHY if account.reachable else Health.UNHEALTHY
    return CheckFinding(health, account.detail, account.training, models)


def _models(provider: Provider) -> Sequence[ProviderModel] | None:
    """A key may be good for training and closed to the list of models: then the catalogue must do."""
    try:
        return provider.models()
    except ProviderError:
        return None


def _kept(model: ProviderModel) -> dict[str, Any]:
    day = model.shutdown_date
    return {"trainable": model.trainable, "shutdown_date": None if day is None else day.isoformat()}
