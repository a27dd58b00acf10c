"""What changes connections: making and editing them. What a check finds is recorded by `checks`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import ids
from shared.connections.credentials import Vault
from shared.connections.described import OwnModel
from shared.connections.queries import get_connection
from shared.connections.tables import Connection, Health, ProviderKind
from shared.db import now, ring
from shared.errors import Conflict, FieldError, InvalidRequest
from shared.ids import ConnectionId, TeamId
from shared.queue import Task
from shared.teams.actions import audit
from shared.teams.caller import Caller
from shared.teams.tables import Team


class Kept(Enum):
    """Of a change: stays as it is. None is a value of its own there: no proxy, open to all."""

    KEPT = auto()


@dataclass(frozen=True, slots=True)
class NewConnection:
    """An account at a provider as an admin describes it. `deployments`: model → the name under which it answers there.

    `teams` None = open to all of them. `catalogue` is what a self-described provider trains.
    """

    name: str
    provider: ProviderKind
    base_url: str
    credential: str = field(repr=False)
    api_version: str | None = None
    deployments: Mapping[str, str] = field(default_factory=dict)
    proxy_url: str | None = None
    ca_pem: str | None = None
    teams: Sequence[TeamId] | None = None
    catalogue: Sequence[OwnModel] = ()


@dataclass(frozen=True, slots=True)
class ConnectionChanges:
    """What is to be different. None = stays as it is, and so does KEPT."""

    name: str | None = None
    base_url: str | None = None
    credential: str | None = field(default=None, repr=False)
    deployments: Mapping[str, str] | None = None
    proxy_url: str | Kept | None = Kept.KEPT
    ca_pem: str | Kept | None = Kept.KEPT
    teams: Sequence[TeamId] | Kept | None = Kept.KEPT
    catalogue: Sequence[OwnModel] | None = None


def create(db: Session, vault: Vault, wanted: NewConnection, caller: Caller) -> Connection:
    """A connection whose first check is due now. Raises Conflict when the name is taken, InvalidRequest for what does not fit."""
    _check_free(db, wanted.name)
    connection = Connection(
        id=ConnectionId(ids.new("conn")),
        name=wanted.name,
        provider=wanted.provider,
        base_url=wanted.base_url,
        api_version=wanted.api_version,
        proxy_url=wanted.proxy_url,
        ca_pem=wanted.ca_pem,
        models={},
        deployments=dict(wanted.deployments),
    )
    _open_to(db, connection, wanted.teams)
    _describe(connection, wanted.catalogue)
    _seal(connection, wanted.credential, vault)
    _check_soon(db, connection)
    db.add(connection)
    db.flush()
    audit(db, caller, "connection.create", connection.id, name=wanted.name, base_url=wanted.base_url)
    return connection


def update(
    db: Session, vault: Vault, connection_id: ConnectionId, changes: ConnectionChanges, caller: Caller
) -> Connection:
    """Change a connection, and check it again. Raises NotFound, Conflict, InvalidRequest.

    A new address or a new way asks for the credential again: nobody may send a stored one to a host of his own choice.
    """
    connection = get_connection(db, connection_id)
    _check_credential_comes_along(connection, changes)
    if changes.name is not None and changes.name != connection.name:
        _check_free(db, changes.name)
        connection.name = changes.name
    connection.base_url = changes.base_url or connection.base_url
    if not isinstance(changes.proxy_url, Kept):
        connection.proxy_url = changes.proxy_url
    if not isinstance(changes.ca_pem, Kept):
        connection.ca_pem = changes.ca_pem
    if not isinstance(changes.teams, Kept):
        _open_to(db, connection, changes.teams)
    if changes.deployments is not None:
        connection.deployments = dict(changes.deployments)
    if changes.catalogue is not None:
        _describe(connection, changes.catalogue)
    if changes.credential is not None:
        _seal(connection, changes.credential, vault)
    _check_soon(db, connection)
    db.flush()
    audit(db, caller, "connection.update", connection.id, **_told(changes))
    return connection


def _told(changes: ConnectionChanges) -> dict[str, Any]:
    """What the audit keeps of a change: values where they are short and no secret, else that there was one."""
    teams = {} if isinstance(changes.teams, Kept) else {"teams": changes.teams and list(changes.teams)}
    proxy = {} if isinstance(changes.proxy_url, Kept) else {"proxy_url": changes.proxy_url}
    changed = {
        "credential": changes.credential is not None,
        "catalogue": changes.catalogue is not None,
        "ca_pem": not isinstance(changes.ca_pem, Kept),
    }
    flags = {name: "changed" for name, was in changed.items() if was}
    return {"name": changes.name, "base_url": changes.base_url, **proxy, **teams, **flags}


def _check_credential_comes_along(connection: Connection, changes: ConnectionChanges) -> None:
    moved = changes.base_url is not None and changes.base_url != connection.base_url
    by_another_way = not isinstance(changes.proxy_url, Kept) and changes.proxy_url != connection.proxy_url
    believed_by_others = not isinstance(changes.ca_pem, Kept) and changes.ca_pem != connection.ca_pem
    if (moved or by_another_way or believed_by_others) and changes.credential is None:
        fault = FieldError("/credential", "required with another base_url, proxy_url or ca_pem")
        raise InvalidRequest("A stored credential is not sent to another address. Give the credential too.", [fault])


def _open_to(db: Session, connection: Connection, teams: Sequence[TeamId] | None) -> None:
    if teams is None:
        connection.teams = None
        return
    known = set(db.scalars(select(Team.id).where(Team.id.in_(teams))))
    faults = [FieldError(f"/teams/{at}", "is no team") for at, one in enumerate(teams) if one not in known]
    if faults:
        raise InvalidRequest("A connection is opened to teams that exist.", faults)
    connection.teams = sorted(set(teams))


def _describe(connection: Connection, catalogue: Sequence[OwnModel]) -> None:
    if catalogue and not connection.provider.traits.self_described:
        fault = FieldError("/catalogue", f"is not for {connection.provider}, whose catalogue is published")
        raise InvalidRequest("Only a compatible server's catalogue stands on its connection.", [fault])
    connection.catalogue = [model.as_json() for model in catalogue]


def archive(db: Session, connection_id: ConnectionId, caller: Caller) -> None:
    """Take a connection out of use; its name is free again. Jobs that run there already are followed to their end."""
    connection = get_connection(db, connection_id)
    audit(db, caller, "connection.archive", connection.id, name=connection.name)
    connection.name = f"{connection.name} ({connection.id})"
    connection.archived_at = db.scalar(select(now()))
    connection.due_at = connection.claim_token = connection.claimed_until = None
    db.flush()


def _seal(connection: Connection, credential: str, vault: Vault) -> None:
    connection.sealed_credential = vault.seal(credential, connection.id)
    connection.credential_hint = f"…{credential[-4:]}"
    connection.training_open = None


def _check_soon(db: Session, connection: Connection) -> None:
    connection.health, connection.health_detail = Health.UNCHECKED, None
    connection.due_at = db.scalar(select(now()))
    connection.resume_at, connection.failures = None, 0
    # A check that is under way asks with what was true before: it shall find its claim gone.
    connection.claim_token = connection.claimed_until = None
    ring(db, Task.CHECK_CONNECTIONS)


def _check_free(db: Session, name: str) -> None:
    if db.scalar(select(Connection.id).where(Connection.name == name)):
        raise Conflict(f"There is a connection named {name!r} already. Choose another name.", name=name)
