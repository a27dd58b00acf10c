"""What the worker writes of jobs on their way to the provider. Every write is fenced by a claim: a stale one writes nothing.

Nothing here asks a provider, and nothing that asks one holds a row: claim, ask, record.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.connections.tables import Connection
from shared.db import claim, fenced, now, ring, seconds_from_now
from shared.jobs.story import explain, move
from shared.jobs.tables import Job
from shared.lifecycles import JobStatus
from shared.providers.base import ProviderFile, ProviderJob
from shared.queue import Task
from shared.spend import actions as spend

log = structlog.get_logger()

PHASES: dict[Task, tuple[JobStatus, ...]] = {
    Task.SUBMIT_JOBS: (JobStatus.QUEUED, JobStatus.UPLOADING, JobStatus.SUBMITTING),
    Task.POLL_JOBS: (JobStatus.RUNNING, JobStatus.PAUSED, JobStatus.CANCELLING),
    Task.CLEAN_UP_JOBS: (JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED),
}
"""Which kind of work a job in some status is due for."""

FILE_SECONDS = 2.0
"""How soon to look again whether the provider has processed a file."""
FILE_LOOKS = 300
"""After so many looks (ten minutes) the order is sent all the same: `processed` is a deprecated word at OpenAI, and whether
the file can be trained on is the provider's to say.
"""
SETTLE_SECONDS = 6.0
"""How long an unanswered order is only looked for, before it is made impossible and given up."""


class Step(Enum):
    """What the claimed job needs."""

    UPLOAD = auto()
    """Send the files; nobody has tried."""
    RESUME_UPLOAD = auto()
    """Somebody may have sent the files, and did not say so."""
    ORDER = auto()
    """Buy; nobody has tried."""
    RECONCILE = auto()
    """Somebody may have bought, and did not say so."""
    LOOK = auto()
    """See how the provider's job is doing."""
    CLEAN_UP = auto()
    """Fetch the results and take our files away."""


@dataclass(frozen=True, slots=True)
class Work:
    """A claimed job as it was when it was claimed, and the account it goes to. Both are detached: read them, no more."""

    job: Job
    connection: Connection
    token: str
    step: Step
    claimed_at: datetime


def take(db: Session, task: Task) -> Work | None:
    """Claim the job that has been due longest for a kind of work, or None.

    What is about to be tried is written down here, before it is tried: from this commit on silence means "perhaps".
    """
    job = claim(db, Job, Job.status.in_(PHASES[task]))
    if job is None:
        return None
    assert job.claim_token is not None
    moment = db.scalars(select(now())).one()
    step = _step(db, job, moment)
    db.flush()
    return Work(job, db.get_one(Connection, job.connection_id), job.claim_token, step, moment)


def _step(db: Session, job: Job, moment: datetime) -> Step:
    if job.status is JobStatus.QUEUED:
        move(db, job, JobStatus.UPLOADING, "Sending the training file to the provider.")
        return Step.UPLOAD
    if job.status is JobStatus.UPLOADING:
        return Step.RESUME_UPLOAD
    if job.posted_at is None and job.status is JobStatus.SUBMITTING:
        job.posted_at = moment
        return Step.ORDER
    if (
        job.provider_job_id is None
        and job.posted_at is not None
        and job.status
        in (
            JobStatus.SUBMITTING,
            JobStatus.CANCELLING,
        )
    ):
        return Step.RECONCILE
    return Step.LOOK if job.status in PHASES[Task.POLL_JOBS] else Step.CLEAN_UP


def held_job(db: Session, work: Work) -> Job | None:
    """The claimed job, locked and given back by this transaction's end, or None when the claim was lost."""
    return fenced(db, Job, work.job.id, work.token)


def record_files(db: Session, work: Work, training: ProviderFile, validation: ProviderFile | None) -> None:
    """The provider has the files. The order follows when it has also processed them, or has been given time enough to."""
    if (job := held_job(db, work)) is None:
        return
    job.training_file_id = training.id
    job.validation_file_id = validation.id if validation else None
    processed = training.ready and (validation is None or validation.ready)
    ready = processed or job.attempts >= FILE_LOOKS
    job.attempts = 0 if ready else job.attempts + 1
    if ready and job.status is JobStatus.UPLOADING:
        move(db, job, JobStatus.SUBMITTING, "The provider has the files. Ordering the training.")
    _again(db, job, 0 if ready else FILE_SECONDS)


def record_bought(db: Session, work: Work, bought: ProviderJob) -> None:
    """The provider has taken the order. How it goes on is polling's."""
    if (job := held_job(db, work)) is None:
        return
    job.attempts = 0
    job.provider_job_id, job.provider_status = bought.id, bought.status
    if job.status is JobStatus.SUBMITTING:
        job.started_at = db.scalars(select(now())).one()
        move(db, job, JobStatus.RUNNING, f"The provider has taken the job as {bought.id}.")
    _again(db, job, 0)
    ring(db, Task.POLL_JOBS)


def record_silence(db: Session, work: Work, reason: str) -> None:
    """The order was sent and not answered. It is looked for until the settle window is over."""
    if (job := held_job(db, work)) is None:
        return
    explain(db, job, f"The provider did not answer ({reason}). Looking whether it took the job.", code="unanswered")
    _again(db, job, SETTLE_SECONDS / 2)


def record_given_up(db: Session, work: Work) -> None:
    """The old order can no longer be taken: its file is gone and no job names it. A new attempt may begin."""
    if (job := held_job(db, work)) is None:
        return
    job.epoch += 1
    job.attempts = 0
    job.posted_at = job.training_file_id = job.validation_file_id = None
    if job.status is JobStatus.SUBMITTING:
        move(db, job, JobStatus.QUEUED, "The order never reached the provider. Trying again.", code="lost_order")
    _again(db, job, 0)


def record_wait(db: Session, work: Work, reason: str, code: str, seconds: float) -> None:
    """Nothing took effect; try again later. A growing number of attempts is counted for the next wait."""
    if (job := held_job(db, work)) is None:
        return
    job.attempts += 1
    if work.step is Step.ORDER:
        job.posted_at = None
    if work.step is Step.CLEAN_UP:
        log.info("clean_up_waits", job=job.id, why=reason)  # the job's own reason tells how it ended
    elif job.status is JobStatus.SUBMITTING and job.posted_at is None:
        move(db, job, JobStatus.QUEUED, reason, code=code)
    else:
        explain(db, job, reason, code=code)
    _again(db, job, seconds)


def record_failure(db: Session, work: Work, reason: str, code: str) -> None:
    """It will not be done: give the money back and say why. A job that somebody is cancelling counts as cancelled."""
    if (job := held_job(db, work)) is None:
        return
    spend.release(db, job.id)
    if job.status is JobStatus.CANCELLING:
        finish(db, job, JobStatus.CANCELLED, "Cancelled before anything was bought.", "cancelled")
    else:
        finish(db, job, JobStatus.FAILED, reason, code)


def finish(db: Session, job: Job, status: JobStatus, reason: str, code: str) -> None:
    """End a job whose money has been settled or released; its files are due to be taken away."""
    move(db, job, status, reason, code=code)
    job.finished_at = db.scalars(select(now())).one()
    job.attempts = 0
    _again(db, job, 0)
    ring(db, Task.CLEAN_UP_JOBS)


def _again(db: Session, job: Job, seconds: float) -> None:
    job.due_at = db.scalar(select(seconds_from_now(seconds)))
