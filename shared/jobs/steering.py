"""What people do to jobs that have been ordered: pause and resume, order one again, and decide what became of an unknown one.

Cancelling stands with ordering, in `actions`. The provider is not asked here: a wish is written down, and a round sees to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.db import now, ring
from shared.errors import Conflict
from shared.ids import JobId
from shared.jobs.actions import Order
from shared.jobs.after import EvaluationPlan
from shared.jobs.costs.caps import AT_CAP
from shared.jobs.costs.stopping import EarlyStop
from shared.jobs.costs.timing import TIMED, is_timed
from shared.jobs.ordering.rewards import Reward
from shared.jobs.queries import get_job
from shared.jobs.recording import begin_anew, finish, forget_order
from shared.jobs.story import explain
from shared.jobs.tables import Job, Wish
from shared.lifecycles import JOB, JobStatus
from shared.queue import Task
from shared.spend import actions as spend
from shared.teams.actions import audit
from shared.teams.caller import Caller


class Resolution(StrEnum):
    """What is to become of a job of which nobody knows whether it was bought."""

    ADOPT = "adopt"
    """Look for it at the provider now, and go on with it if it is there."""
    RESUBMIT = "resubmit"
    """Order it again. Should the lost order turn up, the job goes on with that one."""
    FAIL = "fail"
    """Give the money back. Should the lost order turn up, it is stopped."""


@dataclass(frozen=True, slots=True)
class Again:
    """How a job is to be ordered once more. `changes` are fields of `Order`; what is not there stays as it was."""

    changes: Mapping[str, Any]


def pause(db: Session, job_id: JobId, caller: Caller) -> Job:
    """Wish that a running job stands still. Repeating it changes nothing. Raises NotFound or Conflict."""
    job = get_job(db, job_id, team_id=caller.team_id, for_update=True)
    if job.status is JobStatus.PAUSED and job.wish is None:
        return job
    _check(job, JobStatus.RUNNING, JobStatus.PAUSED)
    return _wish(db, job, Wish.PAUSE, caller)


def resume(db: Session, job_id: JobId, caller: Caller) -> Job:
    """Wish that a paused job goes on, or take back the wish that it pauses. Raises NotFound or Conflict."""
    job = get_job(db, job_id, team_id=caller.team_id, for_update=True)
    if job.status is JobStatus.RUNNING and job.wish is None:
        return job
    _check(job, JobStatus.RUNNING, JobStatus.PAUSED)
    if is_timed(job) and AT_CAP in job.progress:
        raise Conflict(
            f"{job.id} has used up the ${job.held} that are held for it. Its checkpoints can be trained further by a new order; "
            "cancel this one.",
            status=job.status,
        )
    job.progress = {name: known for name, known in job.progress.items() if name != AT_CAP}
    return _wish(db, job, Wish.RESUME, caller)


def order_again(db: Session, job_id: JobId, again: Again, caller: Caller) -> Order:
    """How a job that is over is ordered once more: as a new one, with `retry_of`. Raises NotFound or Conflict."""
    old = get_job(db, job_id, team_id=caller.team_id)
    _check(old, *JOB.terminal)
    order = replace(order_of(old), **again.changes)
    is_foreign = order.method not in TIMED and "reward" not in again.changes
    return replace(order, reward=None) if is_foreign else order


def resolve(db: Session, job_id: JobId, how: Resolution, caller: Caller) -> Job:
    """Decide what becomes of a job that is `submit_unknown`. Raises NotFound or Conflict."""
    job = get_job(db, job_id, team_id=caller.team_id, for_update=True)
    _check(job, JobStatus.SUBMIT_UNKNOWN)
    audit(db, caller, "job.resolve", job.id, team_id=job.team_id, how=how)
    match how:
        case Resolution.ADOPT:
            explain(db, job, "Looking for it at the provider, as asked for.", code="adopt_requested")
            job.due_at = db.scalar(select(now()))
            ring(db, Task.SUBMIT_JOBS)
        case Resolution.RESUBMIT:
            begin_anew(db, job, "To be ordered again, as asked for.", "resubmit_requested")
        case Resolution.FAIL:
            forget_order(job)
            spend.release(db, job.id)
            finish(db, job, JobStatus.FAILED, "Given up, as asked for: nobody knows of an order.", "submit_unknown")
    job.claim_token = job.claimed_until = None  # whoever looks for it just now decides no more
    return job


def order_of(job: Job) -> Order:
    """What a job was ordered with, as it would be ordered again. Raises Conflict where that is not known."""
    if job.dataset_id is None:
        raise Conflict(f"{job.id} was {job.origin}: the data that it was trained on is not here.", status=job.status)
    return Order(
        dataset_id=job.dataset_id,
        model=job.trained_from or job.model,
        method=job.method,
        connection_id=job.connection_id,
        validation_dataset_id=job.validation_dataset_id,
        tier=job.tier,
        hyperparameters=job.hyperparameters,
        reward=Reward(job.grader, job.response_format) if job.grader else None,
        suffix=job.suffix,
        seed=job.seed,
        max_cost=job.max_cost,
        at_max_cost=job.at_max_cost,
        labels=job.labels,
        priority=job.priority,
        early_stop=EarlyStop(**job.early_stop) if job.early_stop else None,
        evaluation=EvaluationPlan.from_json(job.evaluation) if job.evaluation else None,
        automatic_retries=job.automatic_retries,
        integrations=job.integrations,
        retry_of=job.id,
    )


def _wish(db: Session, job: Job, wish: Wish, caller: Caller) -> Job:
    if job.wish is wish:
        return job
    job.wish = wish
    explain(db, job, f"To {wish}, as asked for.", code=f"{wish}_requested")
    job.due_at = db.scalar(select(now()))
    audit(db, caller, f"job.{wish}", job.id, team_id=job.team_id)
    ring(db, Task.POLL_JOBS)
    return job


def _check(job: Job, *statuses: JobStatus) -> None:
    if job.status not in statuses:
        expected = " or ".join(sorted(statuses))
        raise Conflict(f"{job.id} is {job.status}; this is for a job that is {expected}.", status=job.status)
