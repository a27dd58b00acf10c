"""The registry: the team's tuned models, where each came from, and what evaluations found."""

from http import HTTPStatus

from api.dependencies import Paging, Read, TeamLead, TeamMember, TheAsking, TheVault, Write
from api.pagination import Listing
from api.problems import problems
from api.routing import noun
from api.schemas.base import ModelId
from api.schemas.registry import LineageSchema, ModelSchema
from shared.errors import Conflict, NotFound, ProviderRefused, ProviderUnavailable
from shared.registry import queries
from shared.serving import actions as serving
from shared.serving import deleting

router = noun("registry")


@router.get("/models", summary="List tuned models")
def list_models(caller: TeamMember, page: Paging, db: Read) -> Listing[ModelSchema]:
    """The newest first, retired ones too."""
    rows = queries.list_models(db, team_id=caller.team_id, after=page.after, limit=page.fetch)
    return page.of(ModelSchema, rows)


@router.get("/models/{model_id}", summary="Look at a tuned model", responses=problems(NotFound))
def get_model(model_id: ModelId, caller: TeamMember, db: Read) -> ModelSchema:
    """A model that a job made, with the scores that evaluations found for it."""
    return ModelSchema.model_validate(queries.get_model(db, model_id, team_id=caller.team_id))


@router.get("/models/{model_id}/lineage", summary="See where a model came from", responses=problems(NotFound))
def get_lineage(model_id: ModelId, caller: TeamMember, db: Read) -> LineageSchema:
    """Everything that made this model, as it was when it was made."""
    return LineageSchema.model_validate(queries.get_model(db, model_id, team_id=caller.team_id))


@router.delete(
    "/models/{model_id}",
    status_code=HTTPStatus.NO_CONTENT,
    summary="Retire a tuned model",
    responses=problems(NotFound, Conflict),
)
def retire_model(model_id: ModelId, caller: TeamLead, db: Write) -> None:
    """It can no longer be asked; its record stays. Refused while an alias serves it. For leads and admins."""
    serving.retire(db, model_id, caller)


@router.delete(
    "/models/{model_id}/weights",
    status_code=HTTPStatus.NO_CONTENT,
    summary="Delete a tuned model at its provider",
    responses=problems(NotFound, Conflict, ProviderRefused, ProviderUnavailable),
)
async def delete_weights(  # no thread of the common ones is held while the provider is asked
    model_id: ModelId, caller: TeamLead, asking: TheAsking, vault: TheVault
) -> None:
    """Retires a model, and has its provider delete what answers for it, for good. Its record and lineage stay.

    Refused while an alias serves it, a deployment of it stands or a job trains it further. If the provider does not do it, the
    model stays retired: repeat this. For leads and admins.
    """
    doomed = await asking.first(lambda db: deleting.begin(db, model_id, caller), caller.scope)
    await asking.ask(lambda: deleting.ask(doomed, vault))
    await asking.last(lambda db: deleting.record(db, doomed, caller), caller.scope)
