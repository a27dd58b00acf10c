"""Jobs: ordered, watched and cancelled by a team."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Header, Response

from api.dependencies import Paging, Read, TeamMember, Write
from api.pagination import Listing
from api.problems import problems
from api.routing import noun
from api.schemas.base import JobId
from api.schemas.jobs import JobCheckpoints, JobMetrics, JobMetricSchema, JobSchema, JobSubmit
from api.sheets import CSV, also_csv, sheet
from shared.errors import (
    BudgetExceeded,
    Conflict,
    DatasetNotReady,
    DatasetRejected,
    MaxCostExceeded,
    ModelNotTrainable,
    NotFound,
    PriceUnknown,
    TrainingClosed,
)
from shared.jobs import actions, queries
from shared.lifecycles import JobStatus

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
)


@router.post("/jobs", status_code=HTTPStatus.ACCEPTED, summary="Submit a fine-tuning job", responses=_REFUSALS)
def submit_job(body: JobSubmit, caller: TeamMember, db: Write, response: Response) -> JobSchema:
    """Orders the training of a model on a dataset that is `ready`, and holds what it may cost.

    Nothing has reached the provider when this answers; follow `Location`, or its `/events`. What was held is charged as the
    provider bills, and the rest given back. A refusal holds and spends nothing.
    """
    job = actions.submit(db, body.order(), caller)
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return JobSchema.model_validate(job)


@router.get("/jobs", summary="List jobs")
def list_jobs(caller: TeamMember, page: Paging, db: Read, status: JobStatus | None = None) -> Listing[JobSchema]:
    """The team's jobs, the newest first; with `status` only those that stand there."""
    rows = queries.list_jobs(db, team_id=caller.team_id, after=page.after, limit=page.fetch, status=status)
    return page.of(JobSchema, rows)


@router.get("/jobs/{job_id}", summary="Look at a job", responses=problems(NotFound))
def get_job(job_id: JobId, caller: TeamMember, db: Read) -> JobSchema:
    """Where a job stands, why, how far it is and what is held for it."""
    return JobSchema.model_validate(queries.get_job(db, job_id, team_id=caller.team_id))


@router.post(
    "/jobs/{job_id}/cancel", status_code=HTTPStatus.ACCEPTED, summary="Cancel a job", responses=problems(NotFound)
)
def cancel_job(job_id: JobId, caller: TeamMember, db: Write, response: Response) -> JobSchema:
    """Asks for a job to be stopped. The provider may finish first; work that was done before is charged.

    What has not reached the provider is cancelled at once and costs nothing. Repeating it changes nothing.
    """
    response.headers["Location"] = f"/v1/jobs/{job_id}"
    return JobSchema.model_validate(actions.cancel(db, job_id, caller))


@router.get(
    "/jobs/{job_id}/metrics",
    summary="Read a job's metrics",
    response_model=JobMetrics,
    responses={**problems(NotFound), **also_csv("step,train_loss\n120,0.41\n")},
)
def get_metrics(
    job_id: JobId, caller: TeamMember, db: Read, accept: Annotated[str, Header()] = "application/json"
) -> Any:
    """Losses and accuracies by step, as far as the provider has measured them. CSV by `Accept: text/csv`."""
    job = queries.get_job(db, job_id, team_id=caller.team_id)
    metrics = JobMetrics.model_validate({"data": queries.list_metrics(db, job.id)})
    return sheet(list(JobMetricSchema.model_fields), map(dict, metrics.data)) if CSV in accept else metrics


@router.get("/jobs/{job_id}/checkpoints", summary="Read a job's checkpoints", responses=problems(NotFound))
def get_checkpoints(job_id: JobId, caller: TeamMember, db: Read) -> JobCheckpoints:
    """The models that the provider kept on the way; known when the job has ended."""
    job = queries.get_job(db, job_id, team_id=caller.team_id)
    return JobCheckpoints.model_validate({"data": queries.list_checkpoints(db, job.id)})
