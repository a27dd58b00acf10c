"""Groups of jobs: ordered together under one cap, looked at, compared and cancelled by a team."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Header, Response

from api.dependencies import Paging, Read, Store, TeamMember, Write
from api.pagination import Listing
from api.problems import problems
from api.routing import noun
from api.schemas.base import GroupId
from api.schemas.group_comparisons import GroupComparison
from api.schemas.group_orders import JobGroupOrder
from api.schemas.job_groups import GroupEstimate, JobGroupSchema
from api.sheets import CSV, also_csv, sheet
from shared.errors import (
    BudgetExceeded,
    Conflict,
    DatasetNotReady,
    DatasetRejected,
    MaxCostExceeded,
    ModelNotTrainable,
    ModelRetired,
    NotDeployed,
    NotFound,
    PriceUnknown,
    RouteForbidden,
    TrainingClosed,
)
from shared.evaluations.weighing import scales_of
from shared.groups import actions, queries
from shared.groups.comparing import compare
from shared.groups.weighing import weigh
from shared.serving.queries import aliases_of

router = noun("jobs")

_REFUSALS = problems(
    NotFound,
    Conflict,
    DatasetNotReady,
    DatasetRejected,
    ModelNotTrainable,
    PriceUnknown,
    TrainingClosed,
    MaxCostExceeded,
    BudgetExceeded,
    ModelRetired,
    NotDeployed,
    RouteForbidden,
)


@router.post("/job-groups", status_code=HTTPStatus.ACCEPTED, summary="Order jobs to compare", responses=_REFUSALS)
def order_group(
    body: JobGroupOrder, caller: TeamMember, db: Write, storage: Store, response: Response
) -> JobGroupSchema:
    """Orders one dataset's training on several models, connections, hyperparameters or shares of the data: all of it, or nothing.

    The upper ends of all estimates together must be within `max_cost_usd`; while the jobs train, the cap holds for their sum. Where
    `shares` are asked for they are written first, and the jobs ordered when they are: follow `Location`.
    """
    group = actions.order(db, storage, body.order(), caller, aliases_of(db, caller.team_id))
    response.headers["Location"] = f"/v1/job-groups/{group.id}"
    return JobGroupSchema.of(group, queries.jobs_of(db, group.id))


@router.post(
    "/job-groups/estimate",
    summary="Estimate what a group would cost",
    responses=problems(NotFound),
)
def estimate_group(body: JobGroupOrder, caller: TeamMember, db: Read, storage: Store) -> GroupEstimate:
    """The same order, weighed only: what each job and each evaluation would cost. Binds nothing and reaches no provider."""
    wanted = body.order()
    planned_jobs = [(planned, wanted.dataset_id) for planned in wanted.planned_jobs]
    scales = scales_of(db, storage, caller.team_id, aliases_of(db, caller.team_id))
    return GroupEstimate.of(weigh(db, scales, planned_jobs, caller), wanted.max_cost)


@router.get("/job-groups", summary="List groups of jobs")
def list_groups(caller: TeamMember, page: Paging, db: Read) -> Listing[JobGroupSchema]:
    """The team's, the newest first."""
    groups = queries.list_groups(db, team_id=caller.team_id, after=page.after, limit=page.fetch)
    jobs = queries.jobs_of_all(db, groups)
    return page.of(JobGroupSchema, [JobGroupSchema.of(group, jobs[group.id]) for group in groups])


@router.get("/job-groups/{group_id}", summary="Look at a group of jobs", responses=problems(NotFound))
def get_group(group_id: GroupId, caller: TeamMember, db: Read) -> JobGroupSchema:
    """Its jobs, and where it stands as a whole."""
    group = queries.get_group(db, group_id, team_id=caller.team_id)
    return JobGroupSchema.of(group, queries.jobs_of(db, group.id))


@router.get(
    "/job-groups/{group_id}/comparison",
    summary="Compare the jobs of a group",
    response_model=GroupComparison,
    responses={**problems(NotFound), **also_csv("rank,job_id,status,n_epochs,train_loss\n1,job_…,succeeded,3,0.31\n")},
)
def compare_group(
    group_id: GroupId, caller: TeamMember, db: Read, accept: Annotated[str, Header()] = "application/json"
) -> Any:
    """The jobs beside one another, the best first, as far as they are; and whether more data helped. CSV by `Accept: text/csv`."""
    group = queries.get_group(db, group_id, team_id=caller.team_id)
    found = GroupComparison.of(compare(queries.seen_of(db, group, queries.jobs_of(db, group.id))))
    return sheet(found.columns(), found.rows()) if CSV in accept else found


@router.post(
    "/job-groups/{group_id}/cancel",
    status_code=HTTPStatus.ACCEPTED,
    summary="Cancel a group of jobs",
    responses=problems(NotFound),
)
def cancel_group(group_id: GroupId, caller: TeamMember, db: Write, response: Response) -> JobGroupSchema:
    """Every job of it that is not over is cancelled, as `/v1/jobs/{job_id}/cancel` does. Repeating it changes nothing."""
    group = actions.cancel(db, group_id, caller)
    response.headers["Location"] = f"/v1/job-groups/{group.id}"
    return JobGroupSchema.of(group, queries.jobs_of(db, group.id))
