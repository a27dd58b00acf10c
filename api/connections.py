"""Connections: the organisation's accounts at providers. Admins make them; everyone may see which there are."""

from http import HTTPStatus

from api.dependencies import Admin, Anyone, Paging, Read, TheAsking, TheSettings, TheVault, Write
from api.pagination import Listing
from api.problems import problems
from api.routing import noun
from api.schemas.base import ConnectionId
from api.schemas.connections import (
    ConnectionCreate,
    ConnectionPatch,
    ConnectionSchema,
    ConnectionSummary,
    PollLagSchema,
)
from shared.connections import actions, checks, queries
from shared.connections.addresses import check_proxy, check_transport
from shared.db import today
from shared.errors import Conflict, NotFound
from shared.settings import Settings
from shared.teams.tables import Role

router = noun("connections")


@router.post(
    "/connections", status_code=HTTPStatus.CREATED, summary="Connect a provider account", responses=problems(Conflict)
)
def create_connection(
    body: ConnectionCreate, caller: Admin, db: Write, vault: TheVault, settings: TheSettings
) -> ConnectionSchema:
    """The credential is sealed at once; a first check follows within seconds. Names are unique. Open to all teams, or to those
    that are named. For admins.
    """
    _check_transport(body, settings)
    check_proxy(body.base_url, body.proxy_url, settings.hosts_in_the_clear)
    return ConnectionSchema.model_validate(actions.create(db, vault, body.wanted(today(db)), caller))


@router.get("/connections", summary="List connections")
def list_connections(caller: Anyone, page: Paging, db: Read) -> Listing[ConnectionSchema] | Listing[ConnectionSummary]:
    """Those in use and open to the caller's team, the newest first. Only admins see addresses and credentials' hints."""
    found = queries.list_connections(db, after=page.after, limit=page.fetch)
    return page.of(ConnectionSchema, found) if caller.role is Role.ADMIN else page.of(ConnectionSummary, found)


@router.get("/connections/{connection_id}", summary="Look at a connection", responses=problems(NotFound))
def get_connection(connection_id: ConnectionId, caller: Anyone, db: Read) -> ConnectionSchema | ConnectionSummary:
    """One connection, with what its last check found. Whoever is not an admin sees neither address nor credential's hint."""
    connection = queries.get_connection(db, connection_id)
    if caller.role is not Role.ADMIN:
        return ConnectionSummary.model_validate(connection)
    lag = queries.poll_lag_of(db, connection_id)
    shown = ConnectionSchema.model_validate(connection)
    return shown.model_copy(update={"poll_lag_seconds": lag and PollLagSchema.model_validate(lag)})


@router.patch("/connections/{connection_id}", summary="Change a connection", responses=problems(NotFound, Conflict))
def update_connection(
    connection_id: ConnectionId,
    body: ConnectionPatch,
    caller: Admin,
    db: Write,
    vault: TheVault,
    settings: TheSettings,
) -> ConnectionSchema:
    """What is given is changed; then the connection is checked again. For admins."""
    _check_transport(body, settings)
    changed = actions.update(db, vault, connection_id, body.changes(today(db)), caller)
    check_proxy(changed.base_url, changed.proxy_url, settings.hosts_in_the_clear)
    return ConnectionSchema.model_validate(changed)


@router.delete(
    "/connections/{connection_id}",
    status_code=HTTPStatus.NO_CONTENT,
    summary="Take a connection out of use",
    responses=problems(NotFound),
)
def archive_connection(connection_id: ConnectionId, caller: Admin, db: Write) -> None:
    """No new work goes there; jobs that run there are followed to their end. For admins."""
    actions.archive(db, connection_id, caller)


@router.post("/connections/{connection_id}/check", summary="Check a connection now", responses=problems(NotFound))
async def check_connection(  # no thread of the common ones is held while the provider is asked
    connection_id: ConnectionId, _: Admin, asking: TheAsking, vault: TheVault
) -> ConnectionSchema:
    """Asks the provider, at no cost, whether the credential works and whether training is open to it. For admins."""
    connection = await asking.first(lambda db: queries.get_connection(db, connection_id))
    finding = await asking.ask(lambda: checks.ask(connection, vault))
    checked = await asking.last(lambda db: checks.record(db, connection, finding))
    return ConnectionSchema.model_validate(checked)


def _check_transport(body: ConnectionCreate | ConnectionPatch, settings: Settings) -> None:
    for url, pointer in body.addresses():
        check_transport(url, settings.hosts_in_the_clear, pointer)
