"""What a route may ask for. A route's signature is its policy: who may call it, and what it may do.

| ask for | get |
|---|---|
| `Anyone` · `Admin` | a caller with a valid key · one who acts for the organisation |
| `TeamMember` · `TeamLead` | a caller who acts for one team (an admin names it in `X-Team`) · one who runs it |
| `MemberOfPath` · `LeadOfPath` | the same for the `team_id` in the path; another team's is not found |
| `Write` · `Read` | a transaction that is committed before the answer is sent · one in which Postgres refuses writes |
| `Paging` · `Store` · `TheVault` | the part of a list asked for · blobs · sealed credentials |
| `TheDatabase` · `TheAttempt` · `TheSettings` | short transactions of one's own, for routes that stream or ask a provider |
| `TheAsking` | a place among those for whom a provider is asked, on threads of its own |
| `TheWatching` | live events |
| `Heavy` | a place among the few who may take a core for seconds |
"""

from collections.abc import AsyncIterator, Iterator
from typing import Annotated

from fastapi import Depends, Header, Path, Request, Security
from fastapi.security import HTTPBearer

from api import pagination
from api.asking import Asking
from api.bearer import shown_key
from api.bodies import StrictRequest
from api.context import Context, turn
from api.idempotency import Attempt
from api.schemas.base import TeamId
from api.watching import Watching
from shared.connections.credentials import Vault
from shared.db import Database, Session
from shared.errors import FieldError, Forbidden, InvalidRequest, NotFound
from shared.settings import Settings
from shared.storage import Storage
from shared.teams.caller import Caller, TeamCaller, find_caller
from shared.teams.queries import get_team
from shared.teams.tables import Role

HEAVY_PATIENCE_SECONDS = 20.0

# For the OpenAPI document; `bearer.shown_key` reads the header.
_documented = HTTPBearer(scheme_name="key", description="A key of this service: `tw_…`", auto_error=False)


# Plain look-ups are `async` only so that they cost no thread.
async def _context(request: Request) -> Context:
    context: Context = request.app.state.context
    return context


TheContext = Annotated[Context, Depends(_context)]


async def _database(context: TheContext) -> Database:
    return context.database


async def _storage(context: TheContext) -> Storage:
    return context.storage


async def _vault(context: TheContext) -> Vault:
    return context.vault


async def _settings(context: TheContext) -> Settings:
    return context.settings


async def _watching(context: TheContext) -> Watching:
    return context.watching


async def _asking(context: TheContext) -> AsyncIterator[Asking]:
    async with turn(context.asking):
        yield Asking(context)


TheAsking = Annotated[Asking, Depends(_asking, scope="function")]
TheWatching = Annotated[Watching, Depends(_watching)]
TheDatabase = Annotated[Database, Depends(_database)]
Store = Annotated[Storage, Depends(_storage)]
TheVault = Annotated[Vault, Depends(_vault)]
TheSettings = Annotated[Settings, Depends(_settings)]
Paging = Annotated[pagination.Page, Depends(pagination.page)]


# --- who calls ----------------------------------------------------------------------------------------------------------
def _caller(
    request: Request,
    database: TheDatabase,
    _: Annotated[object, Security(_documented)],
    x_team: Annotated[TeamId | None, Header(description="The team that an admin acts for.")] = None,
) -> Caller:
    secret = shown_key(request.headers)
    with database.reading() as db:
        caller = find_caller(db, secret).acting_for(x_team)
        if x_team is not None:
            get_team(db, x_team)  # an archived one too: what runs there must be seen and stopped
    return caller


Anyone = Annotated[Caller, Depends(_caller)]


async def _admin(caller: Anyone) -> Caller:
    if caller.role is not Role.ADMIN:
        raise Forbidden("Only an admin may do this.", needed_role=Role.ADMIN)
    if caller.team_id is not None:
        raise InvalidRequest(
            "This is done for the whole organisation. Leave out the header X-Team.",
            [FieldError("header/x-team", "not allowed here")],
        )
    return caller


async def _member(caller: Anyone) -> TeamCaller:
    return caller.in_team()


async def _lead(caller: Anyone) -> TeamCaller:
    return _led(caller).in_team()


async def _member_of_path(caller: Anyone, team_id: Annotated[TeamId, Path()]) -> TeamCaller:
    if caller.role is not Role.ADMIN and team_id != caller.team_id:
        raise NotFound("team")
    return caller.acting_for(team_id).in_team()


async def _lead_of_path(caller: Annotated[TeamCaller, Depends(_member_of_path)]) -> TeamCaller:
    _led(caller)
    return caller


def _led(caller: Caller) -> Caller:
    if caller.role is Role.MEMBER:
        raise Forbidden("Only the team's lead or an admin may do this.", needed_role=Role.LEAD)
    return caller


Admin = Annotated[Caller, Depends(_admin)]
TeamMember = Annotated[TeamCaller, Depends(_member)]
TeamLead = Annotated[TeamCaller, Depends(_lead)]
MemberOfPath = Annotated[TeamCaller, Depends(_member_of_path)]
LeadOfPath = Annotated[TeamCaller, Depends(_lead_of_path)]


# --- transactions -------------------------------------------------------------------------------------------------------
async def _turn(context: TheContext) -> AsyncIterator[None]:
    async with turn(context.turns):
        yield


async def _attempt(
    request: Request,
    caller: Anyone,
    idempotency_key: Annotated[
        str | None,
        Header(min_length=1, max_length=255, pattern=r"^[!-~]+$", description="Makes repeating this request harmless."),
    ] = None,
) -> Attempt:
    asked = f"{caller.role} {request.method} {request.url.path}?{request.url.query}"
    return Attempt(caller.team_id, idempotency_key, asked)


async def _heavy(context: TheContext) -> AsyncIterator[None]:
    async with turn(context.heavy, HEAVY_PATIENCE_SECONDS):
        yield


Heavy = Annotated[None, Depends(_heavy, scope="function")]
TheAttempt = Annotated[Attempt, Depends(_attempt)]
_Turn = Annotated[None, Depends(_turn, scope="function")]


def _writing(
    request: StrictRequest, database: TheDatabase, caller: Anyone, attempt: TheAttempt, _: _Turn
) -> Iterator[Session]:
    with database.transaction(caller.scope) as db:
        attempt.begin(db, request.content)
        request.state.keep = lambda response: attempt.keep(db, request.content, response)
        yield db


def _reading(database: TheDatabase, caller: Anyone, _: _Turn) -> Iterator[Session]:
    with database.reading(caller.scope) as db:
        yield db


# Under FastAPI's default scope a commit that fails would come after the answer 200.
Write = Annotated[Session, Depends(_writing, scope="function")]
Read = Annotated[Session, Depends(_reading, scope="function")]
