"""What changes connections: making and editing them. What a check finds is recorded by `checks`."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import Enum, auto
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import ids
from shared.connections import entra_access, incoming
from shared.connections.credentials import Vault
from shared.connections.described import OwnModel
from shared.connections.entra_access import Entra, Management
from shared.connections.offering import describe, open_to
from shared.connections.queries import get_connection, standing_deployments
from shared.connections.tables import Connection, CredentialKind, Health, ProviderKind
from shared.db import now, ring
from shared.errors import Conflict, FieldError, InvalidRequest
from shared.ids import ConnectionId, TeamId
from shared.queue import Task
from shared.teams.actions import audit
from shared.teams.caller import Caller


class Kept(Enum):
    """Of a change: stays as it is. None is a value of its own there: no proxy, open to all."""

    KEPT = auto()


@dataclass(frozen=True, slots=True)
class NewConnection:
    """An account at a provider as an admin describes it. `deployments`: model → the name under which it answers there.

    `credential` None: its Entra application's tokens are shown instead. `limits`: columns of the connection by name. `teams`
    None = open to all of them. `catalogue` is what a self-described provider trains.
    """

    name: str
    provider: ProviderKind
    base_url: str
    credential: str | None = field(repr=False)
    credential_kind: CredentialKind = CredentialKind.KEY
    api_version: str | None = None
    deployments: Mapping[str, str] = field(default_factory=dict)
    entra: Entra | None = None
    management: Management | None = None
    limits: Mapping[str, int | None] = field(default_factory=dict)
    """`max_…`; what is left out, or None, is as usual for the provider."""
    proxy_url: str | None = None
    ca_pem: str | None = None
    teams: Sequence[TeamId] | None = None
    catalogue: Sequence[OwnModel] = ()
    fetches_files: bool = False
    region: str | None = None
    webhook_secrets: Sequence[str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ConnectionChanges:
    """What is to be different. None = stays as it is, and so does KEPT."""

    name: str | None = None
    base_url: str | None = None
    credential: str | None = field(default=None, repr=False)
    deployments: Mapping[str, str] | None = None
    entra: Entra | None = None
    management: Management | None = None
    limits: Mapping[str, int | None] = field(default_factory=dict)
    """Those that are named change; None = as usual for the provider again."""
    proxy_url: str | Kept | None = Kept.KEPT
    ca_pem: str | Kept | None = Kept.KEPT
    teams: Sequence[TeamId] | Kept | None = Kept.KEPT
    catalogue: Sequence[OwnModel] | None = None
    fetches_files: bool | None = None
    region: str | Kept | None = Kept.KEPT
    webhook_secrets: Sequence[str] | None = field(default=None, repr=False)


def create(db: Session, vault: Vault, wanted: NewConnection, caller: Caller) -> Connection:
    """A connection whose first check is due now. Raises Conflict when the name is taken, InvalidRequest for what does not
    belong together.
    """
    entra_access.check_kind(wanted.provider, wanted.credential_kind, wanted.credential, wanted.entra)
    _check_free(db, wanted.name)
    connection = Connection(
        id=ConnectionId(ids.new("conn")),
        name=wanted.name,
        provider=wanted.provider,
        base_url=wanted.base_url,
        credential_kind=wanted.credential_kind,
        sealed_credential=b"",
        api_version=wanted.api_version,
        proxy_url=wanted.proxy_url,
        ca_pem=wanted.ca_pem,
        models={},
        deployments=dict(wanted.deployments),
        region=wanted.region,
    )
    _limit(connection, wanted.limits)
    open_to(db, connection, wanted.teams)
    describe(connection, wanted.catalogue)
    _let_fetch(connection, may=wanted.fetches_files)
    _give_secrets(connection, vault, wanted)
    entra_access.check_shown(connection, vault)
    _check_soon(db, connection)
    db.add(connection)
    db.flush()
    audit(db, caller, "connection.create", connection.id, name=wanted.name, base_url=wanted.base_url)
    return connection


def update(
    db: Session, vault: Vault, connection_id: ConnectionId, changes: ConnectionChanges, caller: Caller
) -> Connection:
    """Change a connection, and check it again. Raises NotFound, Conflict, InvalidRequest.

    A new address or a new way asks for its secret again: nobody may send a stored one to a host of his own choice.
    """
    connection = get_connection(db, connection_id)
    _check_moved(connection, changes)
    _check_managed_elsewhere(db, connection, changes.management)
    if changes.name is not None and changes.name != connection.name:
        _check_free(db, changes.name)
        connection.name = changes.name
    _move(connection, changes)
    if not isinstance(changes.teams, Kept):
        open_to(db, connection, changes.teams)
    if changes.deployments is not None:
        connection.deployments = dict(changes.deployments)
    if changes.catalogue is not None:
        describe(connection, changes.catalogue)
    if changes.fetches_files is not None:
        _let_fetch(connection, may=changes.fetches_files)
    _limit(connection, changes.limits)
    _give_secrets(connection, vault, changes)
    entra_access.check_shown(connection, vault)
    _check_soon(db, connection)
    db.flush()
    audit(db, caller, "connection.update", connection.id, **_told(changes))
    return connection


def _move(connection: Connection, changes: ConnectionChanges) -> None:
    """Where it is, and the way there."""
    if changes.base_url not in (None, connection.base_url):
        connection.region = connection.told_region = None  # what was said and told of the other address
    connection.base_url = changes.base_url or connection.base_url
    if not isinstance(changes.region, Kept):
        connection.region = changes.region
    if not isinstance(changes.proxy_url, Kept):
        connection.proxy_url = changes.proxy_url
    if not isinstance(changes.ca_pem, Kept):
        connection.ca_pem = changes.ca_pem


def _told(changes: ConnectionChanges) -> dict[str, Any]:
    """What the audit keeps of a change: values where they are short and no secret, else that there was one."""
    teams = {} if isinstance(changes.teams, Kept) else {"teams": changes.teams and list(changes.teams)}
    proxy = {} if isinstance(changes.proxy_url, Kept) else {"proxy_url": changes.proxy_url}
    region = {} if isinstance(changes.region, Kept) else {"region": changes.region}
    changed = {
        "credential": changes.credential is not None or changes.entra is not None,
        "entra": changes.entra is not None,
        "webhook_secrets": changes.webhook_secrets is not None,
        "deployments": changes.deployments is not None,
        "catalogue": changes.catalogue is not None,
        "ca_pem": not isinstance(changes.ca_pem, Kept),
        "fetches_files": changes.fetches_files is not None,
    }
    flags = {name: "changed" for name, was in changed.items() if was}
    managed = {} if changes.management is None else {"management": asdict(changes.management)}
    moved = {"name": changes.name, "base_url": changes.base_url, **region, **proxy}
    return {**moved, **teams, **managed, **changes.limits, **flags}


def archive(db: Session, connection_id: ConnectionId, caller: Caller) -> None:
    """Take a connection out of use; its name is free again. Jobs that run there already are followed to their end."""
    connection = get_connection(db, connection_id)
    audit(db, caller, "connection.archive", connection.id, name=connection.name)
    connection.name = f"{connection.name} ({connection.id})"
    connection.archived_at = db.scalar(select(now()))
    connection.due_at = connection.claim_token = connection.claimed_until = None
    db.flush()


def _check_moved(connection: Connection, changes: ConnectionChanges) -> None:
    by_key = connection.credential_kind is CredentialKind.KEY
    if changes.credential is not None and not by_key:
        fault = FieldError("/credential", "not used: this connection shows the tokens of its Entra application")
        raise InvalidRequest("This connection has no key.", [fault])
    moved = changes.base_url is not None and changes.base_url != connection.base_url
    by_another_way = not isinstance(changes.proxy_url, Kept) and changes.proxy_url != connection.proxy_url
    believed_by_others = not isinstance(changes.ca_pem, Kept) and changes.ca_pem != connection.ca_pem
    if not (moved or by_another_way or believed_by_others):
        return
    if (changes.credential if by_key else changes.entra) is None:
        fault = FieldError("/credential" if by_key else "/entra", "required with another base_url, proxy_url or ca_pem")
        raise InvalidRequest("A stored credential is not sent to another address. Give the credential too.", [fault])


def _check_managed_elsewhere(db: Session, connection: Connection, management: Management | None) -> None:
    """What stands in one resource would be taken for gone in another, and go on costing."""
    if management is None or connection.management in (None, asdict(management)):
        return
    if standing := standing_deployments(db, connection.id):
        raise Conflict(
            f"{standing} deployments stand in the resource that is managed now. Delete them first, or make another connection.",
            deployments=standing,
        )


def _give_secrets(connection: Connection, vault: Vault, given: NewConnection | ConnectionChanges) -> None:
    """What is given of credential, application and management; what is not stays. Raises InvalidRequest."""
    if given.credential is not None:
        connection.sealed_credential = vault.seal(given.credential, connection.id)
        connection.credential_hint = f"…{given.credential[-4:]}"
        connection.training_open = None
    if given.management is not None:
        entra_access.give_management(connection, given.management, given.entra)
    if given.entra is not None:
        entra_access.give_identity(connection, vault, given.entra)
    if given.webhook_secrets is not None:
        incoming.give_secrets(connection, vault, given.webhook_secrets)


def _let_fetch(connection: Connection, *, may: bool) -> None:
    """Whether training files are left for it to fetch. Raises InvalidRequest where a provider cannot."""
    if may and not connection.provider.traits.fetches_files:
        fault = FieldError("/fetches_files", f"not possible: {connection.provider} fetches no files")
        raise InvalidRequest("Only Azure OpenAI fetches files from an address.", [fault])
    connection.fetches_files = may


def _limit(connection: Connection, limits: Mapping[str, int | None]) -> None:
    """Its own numbers. Raises InvalidRequest for where sending in parts begins, of a provider that takes none."""
    if limits.get("max_request_bytes") is not None and connection.provider.traits.request_bytes is None:
        fault = FieldError("/max_request_bytes", f"not possible: {connection.provider} takes no parts")
        raise InvalidRequest("Only OpenAI takes a file in parts.", [fault])
    for name, limit in limits.items():
        setattr(connection, name, limit)


def _check_soon(db: Session, connection: Connection) -> None:
    connection.health, connection.health_detail = Health.UNCHECKED, None
    connection.due_at = db.scalar(select(now()))
    connection.resume_at, connection.failures, connection.managed_again_at = None, 0, None
    # A check that is under way asks with what was true before: it shall find its claim gone.
    connection.claim_token = connection.claimed_until = None
    ring(db, Task.CHECK_CONNECTIONS)


def _check_free(db: Session, name: str) -> None:
    if db.scalar(select(Connection.id).where(Connection.name == name)):
        raise Conflict(f"There is a connection named {name!r} already. Choose another name.", name=name)
