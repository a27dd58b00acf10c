"""Deployments: capacity at Azure from which a team's tuned model answers, paid for by the hour."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query, Response

from api.dependencies import Paging, Read, TeamLead, TeamMember, Write
from api.pagination import Listing
from api.problems import problems
from api.routing import noun
from api.schemas.base import DeploymentId
from api.schemas.deployments import DeploymentCreate, DeploymentSchema
from shared.deployments import actions, queries
from shared.errors import BudgetExceeded, Conflict, ModelRetired, NotFound, PriceUnknown, QuotaExceeded, RouteForbidden
from shared.lifecycles import DeploymentStatus
from shared.serving import actions as serving

router = noun("deployments")

_REFUSALS = problems(NotFound, Conflict, ModelRetired, RouteForbidden, PriceUnknown, QuotaExceeded, BudgetExceeded)


@router.post("/deployments", status_code=HTTPStatus.ACCEPTED, summary="Deploy a tuned model", responses=_REFUSALS)
def create_deployment(body: DeploymentCreate, caller: TeamLead, db: Write, response: Response) -> DeploymentSchema:
    """Has Azure make a deployment of the model, and holds its first 24 hours. Each hour that begins is charged until it is gone.

    When it is `ready`, the model can be asked by its name or an alias. Follow `Location`. For leads and admins.
    """
    made = actions.deploy(db, body.order(), caller)
    response.headers["Location"] = f"/v1/deployments/{made.id}"
    return DeploymentSchema.model_validate(made)


@router.get("/deployments", summary="List deployments")
def list_deployments(
    caller: TeamMember, page: Paging, db: Read, status: DeploymentStatus | None = None
) -> Listing[DeploymentSchema]:
    """The team's, the newest first, ended ones too; with `status` only those that stand there."""
    rows = queries.list_deployments(db, team_id=caller.team_id, after=page.after, limit=page.fetch, status=status)
    return page.of(DeploymentSchema, rows)


@router.get("/deployments/{deployment_id}", summary="Look at a deployment", responses=problems(NotFound))
def get_deployment(deployment_id: DeploymentId, caller: TeamMember, db: Read) -> DeploymentSchema:
    """Where it stands, why, what it costs, and when it will be deleted as things stand."""
    return DeploymentSchema.model_validate(queries.get_deployment(db, deployment_id, team_id=caller.team_id))


@router.delete(
    "/deployments/{deployment_id}",
    status_code=HTTPStatus.ACCEPTED,
    summary="Delete a deployment",
    responses=problems(NotFound, Conflict),
)
def delete_deployment(
    deployment_id: DeploymentId,
    caller: TeamLead,
    db: Write,
    response: Response,
    *,
    force: Annotated[bool, Query(description="Also while an alias answers from it.")] = False,
) -> DeploymentSchema:
    """Has Azure take it away; hours that began before are charged, what is held for later ones is given back. The model stays.

    Refused while an alias answers from it, unless forced. Repeating it changes nothing. For leads and admins.
    """
    response.headers["Location"] = f"/v1/deployments/{deployment_id}"
    return DeploymentSchema.model_validate(serving.remove_deployment(db, deployment_id, caller, force=force))
