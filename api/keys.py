"""Keys: a lead makes those of the team, an admin also those of other admins."""

from http import HTTPStatus

from api.dependencies import Admin, Anyone, LeadOfPath, Paging, Read, Write
from api.pagination import Listing
from api.problems import problems
from api.routing import noun
from api.schemas.base import KeyId
from api.schemas.keys import AdminKeyCreate, CallerSchema, KeyCreated, KeySchema, TeamKeyCreate
from shared.errors import Conflict, NotFound
from shared.teams import actions, queries
from shared.teams.tables import Role

router = noun("keys")


@router.get("/me", summary="Who am I")
async def get_me(caller: Anyone) -> CallerSchema:
    """What the key that was sent may do, and for whom."""
    return CallerSchema.model_validate(caller)


@router.post(
    "/teams/{team_id}/keys",
    status_code=HTTPStatus.CREATED,
    summary="Make a team's key",
    responses=problems(NotFound, Conflict),
)
def create_team_key(body: TeamKeyCreate, caller: LeadOfPath, db: Write) -> KeyCreated:
    """Shows the secret once; only a hash of it is kept. For the team's lead and admins."""
    key, secret = actions.create_key(db, caller.team_id, Role(body.role), body.name, caller)
    return KeyCreated.of(key, secret)


@router.get("/teams/{team_id}/keys", summary="List a team's keys", responses=problems(NotFound))
def list_team_keys(caller: LeadOfPath, page: Paging, db: Read) -> Listing[KeySchema]:
    """The newest first, the revoked ones too. For the team's lead and admins."""
    return page.of(KeySchema, queries.list_keys(db, caller.team_id, after=page.after, limit=page.fetch))


@router.post("/keys", status_code=HTTPStatus.CREATED, summary="Make an admin's key", responses=problems(Conflict))
def create_admin_key(body: AdminKeyCreate, caller: Admin, db: Write) -> KeyCreated:
    """A key that acts for the whole organisation; its secret is shown once. For admins."""
    key, secret = actions.create_key(db, None, Role.ADMIN, body.name, caller)
    return KeyCreated.of(key, secret)


@router.get("/keys", summary="List the admins' keys")
def list_admin_keys(_: Admin, page: Paging, db: Read) -> Listing[KeySchema]:
    """The newest first, the revoked ones too. For admins."""
    return page.of(KeySchema, queries.list_keys(db, None, after=page.after, limit=page.fetch))


@router.post(
    "/keys/{key_id}/rotate",
    status_code=HTTPStatus.CREATED,
    summary="Replace a key",
    responses=problems(NotFound, Conflict),
)
def rotate_key(key_id: KeyId, caller: Anyone, db: Write) -> KeyCreated:
    """A new key with the same rights; the old one stops working at once. For the team's lead and admins, and for the key itself."""
    key, secret = actions.rotate_key(db, queries.get_key(db, key_id, caller), caller)
    return KeyCreated.of(key, secret)


@router.delete(
    "/keys/{key_id}",
    status_code=HTTPStatus.NO_CONTENT,
    summary="Revoke a key",
    responses=problems(NotFound, Conflict),
)
def revoke_key(key_id: KeyId, caller: Anyone, db: Write) -> None:
    """It stops working at once. For the team's lead and admins, and for the key itself. The last admin's key cannot be revoked."""
    actions.revoke_key(db, queries.get_key(db, key_id, caller), caller)
