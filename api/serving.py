"""Aliases: names that callers use, whatever model stands behind them today."""

from http import HTTPStatus

from api.dependencies import Paging, Read, TeamLead, TeamMember, Write
from api.pagination import Listing
from api.problems import problems
from api.routing import noun
from api.schemas.base import ModelId
from api.schemas.serving import AliasChangeSchema, AliasList, AliasPath, AliasPut, AliasSchema, Promotion
from shared.errors import ModelRetired, NotFound
from shared.serving import actions, queries

router = noun("serving")


@router.get("/aliases", summary="List aliases")
def list_aliases(caller: TeamMember, db: Read) -> AliasList:
    """The team's aliases by name."""
    rows = queries.list_aliases(db, caller.team_id)
    return AliasList(data=[AliasSchema.model_validate(row) for row in rows])


@router.put("/aliases/{name}", summary="Point an alias at a model", responses=problems(NotFound, ModelRetired))
def put_alias(name: AliasPath, body: AliasPut, caller: TeamLead, db: Write) -> AliasSchema:
    """From the next request on the alias means this model; it is made if there is none. For leads and admins."""
    return AliasSchema.model_validate(actions.promote(db, name, body.model_id, caller))


@router.get("/aliases/{name}", summary="Look at an alias", responses=problems(NotFound))
def get_alias(name: AliasPath, caller: TeamMember, db: Read) -> AliasSchema:
    """Which model it means now."""
    return AliasSchema.model_validate(queries.get_alias(db, caller.team_id, name))


@router.get("/aliases/{name}/history", summary="See what an alias meant", responses=problems(NotFound))
def get_alias_history(name: AliasPath, caller: TeamMember, page: Paging, db: Read) -> Listing[AliasChangeSchema]:
    """Every promotion, the newest first; also of an alias that was removed."""
    rows = queries.history(db, caller.team_id, name, after=page.after_number, limit=page.fetch)
    return page.of(AliasChangeSchema, rows)


@router.delete(
    "/aliases/{name}", status_code=HTTPStatus.NO_CONTENT, summary="Remove an alias", responses=problems(NotFound)
)
def remove_alias(name: AliasPath, caller: TeamLead, db: Write) -> None:
    """The name can no longer be asked; its history stays. For leads and admins."""
    actions.remove_alias(db, name, caller)


@router.post("/models/{model_id}/promote", summary="Promote a model", responses=problems(NotFound, ModelRetired))
def promote_model(model_id: ModelId, body: Promotion, caller: TeamLead, db: Write) -> AliasSchema:
    """Points an alias at this model, from the next request on; its history keeps what it meant before. For leads and admins."""
    return AliasSchema.model_validate(actions.promote(db, body.alias, model_id, caller))
