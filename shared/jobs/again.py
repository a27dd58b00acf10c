"""Ordering a job once more without being asked, when it was the provider that failed. Never on faults of the data."""

from sqlalchemy.orm import Session

from shared import ids
from shared.connections.tables import Connection
from shared.datasets.routing.queries import check_route
from shared.db import now, ring
from shared.errors import Problem
from shared.ids import JobId
from shared.jobs.routing import routing_of_job
from shared.jobs.story import move, note
from shared.jobs.tables import Job, Wish
from shared.lifecycles import JobStatus
from shared.queue import Task
from shared.spend import actions as spend
from shared.spend.actions import HoldRequest
from shared.spend.tables import SpendKind

PROVIDERS_OWN = frozenset(
    {"server_error", "internal_error", "internalFailure", "internalServerError", "serviceUnavailable"}
)
"""Codes by which providers say that they failed. Whatever they call otherwise may be the data, and would fail again."""

_ORDERED = (
    "team_id", "created_by", "dataset_id", "validation_dataset_id", "connection_id", "model", "trained_from",
    "continues", "method", "tier", "hyperparameters", "grader", "response_format", "suffix", "seed", "labels", "priority",
    "group_id", "max_cost", "at_max_cost", "early_stop", "evaluation", "integrations", "estimate", "held", "usd_per_million",
    "price_id",
)  # fmt: skip


def is_to_stop(job: Job) -> bool:
    """Whether somebody wants a job that is not over to be cancelled or to stand still: such a one is not begun once more."""
    if job.status is JobStatus.PAUSED:
        return job.wish is not Wish.RESUME
    return job.status is JobStatus.CANCELLING or job.wish is Wish.PAUSE


def order_again(db: Session, failed: Job, code: str) -> None:
    """Order a failed job anew if its owner wished so for such a failure, at the price it was ordered at; else do nothing."""
    if failed.automatic_retries < 1 or code not in PROVIDERS_OWN:
        return
    job = _copy(failed)
    try:
        check_route(db, routing_of_job(db, job), db.get_one(Connection, job.connection_id), job.tier)
        spend.hold(db, HoldRequest(job.team_id, job.id, SpendKind.TRAINING, job.held))
    except Problem as refusal:
        note(db, failed, "status", f"It was not ordered again: {refusal.detail}", {}, level="warning")
        return
    db.add(job)
    db.flush()
    move(db, job, JobStatus.QUEUED, f"Queued again by itself, since the provider failed with {failed.id}.")
    note(db, failed, "status", f"Ordered again by itself as {job.id}.", {"retried_as": job.id})
    ring(db, Task.UPLOAD_FILES)


def _copy(failed: Job) -> Job:
    return Job(
        id=JobId(ids.new("job")),
        status=JobStatus.QUEUED,
        retry_of=failed.id,
        automatic_retries=failed.automatic_retries - 1,
        due_at=now(),
        **{name: getattr(failed, name) for name in _ORDERED},
    )
