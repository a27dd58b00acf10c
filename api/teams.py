"""Teams: made, changed and archived by admins."""

from http import HTTPStatus

from api.dependencies import Admin, Anyone, MemberOfPath, Paging, Read, Write
from api.pagination import Listing
from api.problems import problems
from api.routing import noun
from api.schemas.base import TeamId
from api.schemas.teams import TeamCreate, TeamPatch, TeamSchema
from shared.errors import Conflict, NotFound
from shared.teams import actions, queries

router = noun("teams")


@router.post("/teams", status_code=HTTPStatus.CREATED, summary="Make a team", responses=problems(Conflict))
def create_team(body: TeamCreate, caller: Admin, db: Write) -> TeamSchema:
    """A team without keys, and without a budget of its own. Names are unique. For admins."""
    return TeamSchema.model_validate(actions.create_team(db, body.name, caller))


@router.get("/teams", summary="List teams")
def list_teams(caller: Anyone, page: Paging, db: Read) -> Listing[TeamSchema]:
    """The newest first, the archived ones too. Whoever is not an admin sees the own team only."""
    return page.of(TeamSchema, queries.list_teams(db, caller, after=page.after, limit=page.fetch))


@router.get("/teams/{team_id}", summary="Look at a team", responses=problems(NotFound))
def get_team(caller: MemberOfPath, db: Read) -> TeamSchema:
    """One team; another team's is not found."""
    return TeamSchema.model_validate(queries.get_team(db, caller.team_id))


@router.patch("/teams/{team_id}", summary="Change a team", responses=problems(NotFound, Conflict))
def update_team(team_id: TeamId, body: TeamPatch, caller: Admin, db: Write) -> TeamSchema:
    """Name or weight. For admins."""
    return TeamSchema.model_validate(actions.update_team(db, team_id, body.name, body.weight, caller))


@router.delete(
    "/teams/{team_id}", status_code=HTTPStatus.NO_CONTENT, summary="Archive a team", responses=problems(NotFound)
)
def archive_team(team_id: TeamId, caller: Admin, db: Write) -> None:
    """The team's keys stop working at once, and nothing new can begin. What runs goes on until an admin stops it (with `X-Team`);
    records and the ledger stay. For admins.
    """
    actions.archive_team(db, team_id, caller)
