"""Jobs: ordered, watched and cancelled by a team."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import BackgroundTasks, Header, Response

from api.dependencies import Paging, Read, Store, TeamMember, TheWatching, Write
from api.pagination import Listing
from api.problems import problems
from api.routing import noun
from api.schemas.after import JobEvaluationSchema
from api.schemas.base import JobId
from api.schemas.jobs import JobMetrics, JobMetricSchema, JobSchema, JobSubmit, QueueSchema
from api.schemas.steering import JobResolve, JobRetry
from api.sheets import CSV, also_csv, sheet
from shared.db import Session
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
from shared.evaluations import following
from shared.jobs import actions, queries, steering
from shared.jobs.scheduling.line import Standing, standings
from shared.jobs.tables import Job
from shared.lifecycles import JobStatus
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
    RouteForbidden,
    MaxCostExceeded,
    BudgetExceeded,
    ModelRetired,
    NotDeployed,
)


@router.post("/jobs", status_code=HTTPStatus.ACCEPTED, summary="Submit a fine-tuning job", responses=_REFUSALS)
def submit_job(body: JobSubmit, caller: TeamMember, db: Write, storage: Store, response: Response) -> JobSchema:
    """Orders the training of a model on a dataset that is `ready`, and holds what it may cost.

    Nothing has reached the provider when this answers; follow `Location`, or its `/events`. What was held is charged as the
    provider bills, and the rest given back. A refusal holds and spends nothing.
    """
    made = following.order_job(db, storage, body.order(), caller, aliases_of(db, caller.team_id))
    return ordered(db, made, response)


@router.get("/jobs", summary="List jobs")
def list_jobs(caller: TeamMember, page: Paging, db: Read, status: JobStatus | None = None) -> Listing[JobSchema]:
    """The team's jobs, the newest first; with `status` only those that stand there."""
    rows = queries.list_jobs(db, team_id=caller.team_id, after=page.after, limit=page.fetch, status=status)
    listing = page.of(JobSchema, rows)
    shown = {job.id: job for job in shown_jobs(db, rows, standings(db, rows))}
    return listing.model_copy(update={"data": [shown[job.id] for job in listing.data]})


@router.get("/jobs/{job_id}", summary="Look at a job", responses=problems(NotFound))
def get_job(
    job_id: JobId, caller: TeamMember, db: Read, watching: TheWatching, afterwards: BackgroundTasks
) -> JobSchema:
    """Where a job stands, why, how far it is and what is held for it. What is looked at is followed more closely for a minute."""
    job = queries.get_job(db, job_id, team_id=caller.team_id)
    afterwards.add_task(watching.note, job.id)
    return _shown(db, job)


@router.post(
    "/jobs/{job_id}/cancel", status_code=HTTPStatus.ACCEPTED, summary="Cancel a job", responses=problems(NotFound)
)
def cancel_job(job_id: JobId, caller: TeamMember, db: Write, response: Response) -> JobSchema:
    """Asks for a job to be stopped. The provider may finish first; work that was done before is charged.

    What has not reached the provider is cancelled at once and costs nothing. Repeating it changes nothing.
    """
    response.headers["Location"] = f"/v1/jobs/{job_id}"
    return _shown(db, actions.cancel(db, job_id, caller))


@router.post(
    "/jobs/{job_id}/pause",
    status_code=HTTPStatus.ACCEPTED,
    summary="Pause a job",
    responses=problems(NotFound, Conflict),
)
def pause_job(job_id: JobId, caller: TeamMember, db: Write, response: Response) -> JobSchema:
    """Asks for a running job to stand still. It is `paused` once the provider says so, which it may do only after the first step.

    What is held stays held. Until then the wish is repeated at every look; resuming takes it back.
    """
    response.headers["Location"] = f"/v1/jobs/{job_id}"
    return _shown(db, steering.pause(db, job_id, caller))


@router.post(
    "/jobs/{job_id}/resume",
    status_code=HTTPStatus.ACCEPTED,
    summary="Resume a job",
    responses=problems(NotFound, Conflict),
)
def resume_job(job_id: JobId, caller: TeamMember, db: Write, response: Response) -> JobSchema:
    """Asks for a paused job to go on from where it stands."""
    response.headers["Location"] = f"/v1/jobs/{job_id}"
    return _shown(db, steering.resume(db, job_id, caller))


@router.post(
    "/jobs/{job_id}/retry", status_code=HTTPStatus.ACCEPTED, summary="Order a job once more", responses=_REFUSALS
)
def retry_job(
    job_id: JobId, body: JobRetry, caller: TeamMember, db: Write, storage: Store, response: Response
) -> JobSchema:
    """Orders a job that is over once more, with changes: a new job, whose `retry_of` names this one. A job tells one story only."""
    retry = following.Retry(job_id, body.again())
    return ordered(db, following.retry_job(db, storage, retry, caller, aliases_of(db, caller.team_id)), response)


@router.post(
    "/jobs/{job_id}/resolve",
    status_code=HTTPStatus.ACCEPTED,
    summary="Resolve an order that was never answered",
    responses=problems(NotFound, Conflict),
)
def resolve_job(job_id: JobId, body: JobResolve, caller: TeamMember, db: Write, response: Response) -> JobSchema:
    """For a job that is `submit_unknown`: it was dear, its order was not answered, and the provider shows no job for it.

    `adopt` looks for it once more now; `resubmit` orders it again; `fail` gives the money back. An order that turns up late is gone
    on with after `resubmit`, and stopped after `fail`.
    """
    response.headers["Location"] = f"/v1/jobs/{job_id}"
    return _shown(db, steering.resolve(db, job_id, body.how, caller))


@router.get(
    "/jobs/{job_id}/metrics",
    summary="Read a job's metrics",
    response_model=JobMetrics,
    responses={**problems(NotFound), **also_csv("step,train_loss\n120,0.41\n")},
)
def get_metrics(
    job_id: JobId,
    caller: TeamMember,
    db: Read,
    watching: TheWatching,
    afterwards: BackgroundTasks,
    accept: Annotated[str, Header()] = "application/json",
) -> Any:
    """Losses and accuracies by step, as far as the provider has measured them. CSV by `Accept: text/csv`."""
    job = queries.get_job(db, job_id, team_id=caller.team_id)
    afterwards.add_task(watching.note, job.id)
    metrics = JobMetrics.model_validate({"data": queries.list_metrics(db, job.id)})
    return sheet(list(JobMetricSchema.model_fields), map(dict, metrics.data)) if CSV in accept else metrics


def ordered(db: Session, made: tuple[Job, Standing], response: Response) -> JobSchema:
    """The answer to an order."""
    job, standing = made
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return shown_jobs(db, [job], {job.id: standing})[0]


def shown_jobs(db: Session, jobs: Sequence[Job], places: Mapping[JobId, Standing]) -> list[JobSchema]:
    """The jobs, each with its place in the queue if it has one, and with what follows it."""
    follow_ups = queries.follow_ups(db, [job.id for job in jobs if job.evaluation])
    return [
        JobSchema.model_validate(job).model_copy(
            update={
                "queue": QueueSchema.model_validate(places[job.id]) if job.id in places else None,
                "evaluation": JobEvaluationSchema.of(job, follow_ups.get(job.id)),
            }
        )
        for job in jobs
    ]


def _shown(db: Session, job: Job) -> JobSchema:
    return shown_jobs(db, [job], standings(db, [job]))[0]
