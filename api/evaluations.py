"""Evaluations: models compared on the examples of a dataset."""

from http import HTTPStatus

from fastapi import Response

from api.dependencies import Paging, Read, Store, TeamMember, Write
from api.pagination import Listing
from api.problems import problems
from api.routing import noun
from api.schemas.base import EvaluationId
from api.schemas.evaluations import EvaluationSchema, EvaluationSubmit, ResultsSchema
from shared.errors import (
    BudgetExceeded,
    Conflict,
    DatasetNotReady,
    DatasetRejected,
    ModelRetired,
    NotDeployed,
    NotFound,
    PriceUnknown,
    RouteForbidden,
)
from shared.evaluations import actions, queries
from shared.serving.queries import aliases_of

router = noun("evaluations")

_REFUSALS = problems(
    NotFound,
    Conflict,
    DatasetNotReady,
    DatasetRejected,
    ModelRetired,
    NotDeployed,
    RouteForbidden,
    PriceUnknown,
    BudgetExceeded,
)


@router.post("/evaluations", status_code=HTTPStatus.ACCEPTED, summary="Compare models", responses=_REFUSALS)
def submit_evaluation(
    body: EvaluationSubmit, caller: TeamMember, db: Write, storage: Store, response: Response
) -> EvaluationSchema:
    """Puts the dataset's examples to each candidate and grades the answers. The most that this can cost is held first, and
    what it did cost is charged at the end. `Location` tells where to look.
    """
    made = actions.submit(db, storage, body.order(), caller, aliases_of(db, caller.team_id))
    response.headers["Location"] = f"/v1/evaluations/{made.id}"
    return EvaluationSchema.model_validate(made)


@router.get("/evaluations", summary="List evaluations")
def list_evaluations(caller: TeamMember, page: Paging, db: Read) -> Listing[EvaluationSchema]:
    """The newest first."""
    rows = queries.list_evaluations(db, team_id=caller.team_id, after=page.after, limit=page.fetch)
    return page.of(EvaluationSchema, rows)


@router.get("/evaluations/{evaluation_id}", summary="Look at an evaluation", responses=problems(NotFound))
def get_evaluation(evaluation_id: EvaluationId, caller: TeamMember, db: Read) -> EvaluationSchema:
    """Its progress: how many answers of how many are there."""
    return EvaluationSchema.model_validate(queries.get_evaluation(db, evaluation_id, team_id=caller.team_id))


@router.get(
    "/evaluations/{evaluation_id}/results", summary="Read what was found", responses=problems(NotFound, Conflict)
)
def get_results(evaluation_id: EvaluationId, caller: TeamMember, db: Read) -> ResultsSchema:
    """Scores, costs, and each candidate beside the first, with intervals and a verdict that may be "cannot tell"."""
    return ResultsSchema.of(queries.get_results(db, evaluation_id, team_id=caller.team_id))


@router.post(
    "/evaluations/{evaluation_id}/cancel",
    status_code=HTTPStatus.ACCEPTED,
    summary="Stop an evaluation",
    responses=problems(NotFound),
)
def cancel_evaluation(
    evaluation_id: EvaluationId, caller: TeamMember, db: Write, response: Response
) -> EvaluationSchema:
    """The answers so far are charged, the rest of the hold is given back. One that is over stays as it ended."""
    response.headers["Location"] = f"/v1/evaluations/{evaluation_id}"
    return EvaluationSchema.model_validate(actions.cancel(db, evaluation_id, caller))
