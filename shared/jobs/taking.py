"""Claiming jobs: which one is taken next, and what has to be done for it. Written before it is tried, in one transaction.

A connection that does not answer is left alone for a while and then asked by one worker only, so that it cannot keep all of
them waiting while other connections' jobs are due.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from shared.connections.tables import Connection
from shared.db import claim, fenced, now, still_ours
from shared.jobs.story import move
from shared.jobs.tables import Job
from shared.lifecycles import JobStatus
from shared.queue import Task
from shared.teams.tables import Team

PHASES: dict[Task, tuple[JobStatus, ...]] = {
    Task.UPLOAD_FILES: (JobStatus.QUEUED, JobStatus.UPLOADING),
    Task.SUBMIT_JOBS: (JobStatus.SUBMITTING,),
    Task.POLL_JOBS: (JobStatus.RUNNING, JobStatus.PAUSED, JobStatus.CANCELLING),
    Task.CLEAN_UP_JOBS: (JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED),
}
"""Which kind of work a job in some status is due for."""

AT_ONCE = 8
"""How many jobs of one connection are worked on at once."""


class Step(Enum):
    """What the claimed job needs."""

    UPLOAD = auto()
    """Send the files, or see whether the provider has processed them."""
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
    """A claimed job as it was when it was claimed, and the account it goes to. Both are detached: read them, no more.

    `barred` says why nothing may be bought for it any more.
    """

    job: Job
    connection: Connection
    token: str
    step: Step
    claimed_at: datetime
    barred: str | None


def due_for(task: Task) -> tuple[ColumnElement[bool], ...]:
    """Which jobs a kind of work may take, apart from being due."""
    resting = select(Connection.id).where(Connection.resume_at > now())
    busy = (
        select(Job.connection_id)
        .join(Connection, Connection.id == Job.connection_id)
        .where(Job.claimed_until > now())
        .group_by(Job.connection_id, Connection.failures)
        .having(func.count() >= case((Connection.failures > 0, 1), else_=AT_ONCE))
    )
    return Job.status.in_(PHASES[task]), Job.connection_id.not_in(resting), Job.connection_id.not_in(busy)


def take(db: Session, task: Task) -> Work | None:
    """Claim the job that has been due longest for a kind of work, or None.

    What is about to be tried is written down here, before it is tried: from this commit on silence means "perhaps".
    """
    job = claim(db, Job, *due_for(task))
    if job is None:
        return None
    assert job.claim_token is not None
    moment = db.scalars(select(now())).one()
    connection = db.get_one(Connection, job.connection_id)
    step = _step(db, job, moment)
    barred = _barred(db, job, connection) if step in (Step.UPLOAD, Step.ORDER) else None
    db.flush()
    return Work(job, connection, job.claim_token, step, moment, barred)


def held_job(db: Session, work: Work) -> Job | None:
    """The claimed job, locked and given back by this transaction's end, or None when the claim was lost."""
    return fenced(db, Job, work.job.id, work.token)


def kept_job(db: Session, work: Work) -> Job | None:
    """The claimed job, locked and still claimed after this transaction, or None when the claim was lost."""
    return still_ours(db, Job, work.job.id, work.token)


def _step(db: Session, job: Job, moment: datetime) -> Step:
    match job.status:
        case JobStatus.QUEUED:
            move(db, job, JobStatus.UPLOADING, "Sending the training file to the provider.")
            return Step.UPLOAD
        case JobStatus.UPLOADING:
            return Step.UPLOAD
        case JobStatus.SUBMITTING if job.posted_at is None:
            job.posted_at = moment
            return Step.ORDER
        case JobStatus.SUBMITTING:
            return Step.RECONCILE
        case JobStatus.CANCELLING if job.posted_at is not None and job.provider_job_id is None:
            return Step.RECONCILE
        case _:
            return Step.LOOK if job.status in PHASES[Task.POLL_JOBS] else Step.CLEAN_UP


def _barred(db: Session, job: Job, connection: Connection) -> str | None:
    if connection.archived_at is not None:
        return f"{connection.name} was taken out of use before anything was bought."
    if connection.teams is not None and job.team_id not in connection.teams:
        return f"{connection.name} was closed to the team before anything was bought."
    if db.get_one(Team, job.team_id).archived_at is not None:
        return "The team was archived before anything was bought."
    return None
