"""Claiming jobs: which one is taken next, and what has to be done for it. Written before it is tried, in one transaction.

A connection that does not answer is left alone for a while and then asked by one worker only, so that it cannot keep all of
them waiting while other connections' jobs are due.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from sqlalchemy import ColumnElement, Double, and_, exists, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from shared.connections.allowance import available, draw, most_at_once
from shared.connections.offering import barred
from shared.connections.tables import Connection, Pace
from shared.db import claim, fenced, now, still_ours, unclaimed
from shared.ids import ConnectionId
from shared.jobs.costs.caps import spent_group
from shared.jobs.routing import routing_of_job
from shared.jobs.scheduling.admitting import admit, any_to_admit
from shared.jobs.story import move
from shared.jobs.tables import Job
from shared.lifecycles import JOB, JobStatus
from shared.queue import Task

_IN_ROUNDS = and_(
    Job.status.in_((JobStatus.RUNNING, JobStatus.PAUSED, JobStatus.CANCELLING)), Job.provider_job_id.is_not(None)
)
"""Those that are looked at in rounds (see `rounds`), once the provider has told their number there."""

PHASES: dict[Task, tuple[ColumnElement[bool], ...]] = {
    Task.UPLOAD_FILES: (Job.status == JobStatus.UPLOADING,),
    # It was cancelled before anybody knew whether it had been bought, or is to be ordered.
    Task.SUBMIT_JOBS: (
        or_(
            Job.status.in_((JobStatus.SUBMITTING, JobStatus.SUBMIT_UNKNOWN)),
            and_(Job.status == JobStatus.CANCELLING, Job.provider_job_id.is_(None)),
        ),
    ),
    Task.CLEAN_UP_JOBS: (Job.status.in_(JOB.terminal),),
}
"""The jobs that are claimed one at a time for a kind of work. Queued ones are admitted (see `admitting`)."""

_DRAWN = {Task.UPLOAD_FILES: 4, Task.SUBMIT_JOBS: 4, Task.CLEAN_UP_JOBS: 8}
"""How many requests one step may need. What it does not need is given back; what it needs beyond is owed."""

AT_ONCE = 8
"""How many jobs of one connection are worked on at once, beside a round and, for what is not an upload, beside uploads."""

PAGE = 100
"""Jobs on one page of a provider's list."""
_ROUNDS_SHARE = 0.8
"""Of what may leave a connection at once, the most that is saved up for a round of looks."""
_TIDY_SECONDS = 6
"""Of each minute, what is clean-ups' own where rounds and orders would take everything."""

_UPLOADED = and_(
    Job.status.in_((JobStatus.UPLOADING, JobStatus.CANCELLING)), Job.provider_job_id.is_(None), Job.posted_at.is_(None)
)
"""Its files are being sent, which may take half an hour (it may have been cancelled since): only other uploads wait for that."""


class Step(Enum):
    """What the claimed job needs."""

    UPLOAD = auto()
    """Send the files, or see whether the provider has processed them."""
    ORDER = auto()
    """Buy; nobody has tried."""
    RECONCILE = auto()
    """Somebody may have bought, and did not say so."""
    LOOK = auto()
    """See how the provider's job is doing; done in rounds."""
    DROP = auto()
    """Nothing: it was cancelled before its order was sent."""
    CLEAN_UP = auto()
    """Fetch the results and take our files away."""


@dataclass(frozen=True, slots=True)
class Work:
    """A claimed job as it was when it was claimed, and the account it goes to. Both are detached: read them, no more.

    `barred` says why nothing may be bought for it any more. `drawn`: how many requests were counted for it already.
    """

    job: Job
    connection: Connection
    token: str
    step: Step
    claimed_at: datetime
    barred: str | None = None
    drawn: int = 0


def may_be_asked(task: Task) -> tuple[ColumnElement[bool], ...]:
    """Which connections may be asked now for a kind of work; conditions on `Connection` and its `Pace`.

    Looking comes first: while a round is due, orders leave it what it needs. What only tidies up leaves it half of what may be
    asked, and all of it while a round is saved up for, except in the first seconds of each minute.
    """
    mine, most = (_IN_ROUNDS, 1) if task is Task.POLL_JOBS else (~_IN_ROUNDS, AT_ONCE)
    busy = (
        select(Job.connection_id)
        .join(Connection, Connection.id == Job.connection_id)
        .where(Job.claimed_until > now(), true() if task is Task.UPLOAD_FILES else ~_UPLOADED)
        .group_by(Job.connection_id, Connection.failures)
        .having(or_(Connection.failures > 0, func.count().filter(mine) >= most))
    )
    rested = or_(Connection.resume_at.is_(None), Connection.resume_at <= now())
    always = (rested, Connection.id.not_in(busy), available() >= 1.0)
    saved_up = or_(Pace.rounds_from.is_(None), Pace.rounds_from <= now())
    match task:
        case Task.POLL_JOBS:
            return *always, saved_up
        case Task.CLEAN_UP_JOBS:
            own_time = func.extract("second", now()) < _TIDY_SECONDS
            spare = and_(saved_up, available() >= most_at_once() / 2)
            return *always, or_(spare, and_(own_time, available() >= most_at_once() / 8))
        case _:
            enough = func.least(_DRAWN[task] + round_needs(), most_at_once())
            return *always, or_(~and_(saved_up, _looks_are_due()), available() >= enough)


def round_needs() -> ColumnElement[float]:
    """How many requests must be there for a round at `Connection` to begin: the more, the more jobs there are to look at."""
    live = (
        select(func.count()).select_from(Job).where(*in_rounds(Connection.id)).correlate(Connection).scalar_subquery()
    )
    most = func.greatest(1.0, most_at_once() * _ROUNDS_SHARE)
    return func.least(most, 1 + live / float(PAGE), type_=Double)


def _looks_are_due() -> ColumnElement[bool]:
    return (
        select(Job.id)
        .where(*in_rounds(Connection.id), Job.due_at <= now(), unclaimed(Job))
        .correlate(Connection)
        .exists()
    )


def in_rounds(connection_id: InstrumentedAttribute[ConnectionId] | ConnectionId) -> tuple[ColumnElement[bool], ...]:
    """The jobs of one connection that are looked at in rounds."""
    return Job.connection_id == connection_id, _IN_ROUNDS


def any_due(db: Session, task: Task) -> bool:
    """Whether there is a job to be claimed for a kind of work."""
    if db.scalar(select(exists().where(Job.due_at <= now(), unclaimed(Job), *_due_for(task)))):
        return True
    return task is Task.UPLOAD_FILES and any_to_admit(db, *may_be_asked(task))


def take(db: Session, task: Task) -> Work | None:
    """Claim the job that has been due longest for a kind of work, or else the queued one whose turn it is, or None.

    What is about to be tried is written down here, before it is tried: from this commit on silence means "perhaps".
    """
    job = claim(db, Job, *_due_for(task))
    if job is None and task is Task.UPLOAD_FILES and (admitted := admit(db, *may_be_asked(task))):
        job = claim(db, Job, Job.id == admitted)
    if job is None:
        return None
    assert job.claim_token is not None
    moment = db.scalars(select(now())).one()
    connection = db.get_one(Connection, job.connection_id)
    step = _step(db, job, moment)
    why_not = barred_job(db, connection, job) if step in (Step.UPLOAD, Step.ORDER) else None
    drawn = 0 if step is Step.DROP else draw(db, connection.id, _DRAWN[task])
    db.flush()
    return Work(
        job, connection, job.claim_token, step, moment, why_not and f"{why_not} before anything was bought.", drawn
    )


def barred_job(db: Session, connection: Connection, job: Job) -> str | None:
    """Why nothing more of this job leaves for its connection: asked before each step, and each part of a file, that would.

    No full stop.
    """
    routing = routing_of_job(db, job)
    spent = "Its group came to its most" if spent_group(db, job) else None
    return barred(db, connection, job.team_id) or routing.barred(connection, job.tier) or spent


def _due_for(task: Task) -> tuple[ColumnElement[bool], ...]:
    open_ones = select(Connection.id).join(Pace, Pace.connection_id == Connection.id).where(*may_be_asked(task))
    may_go: ColumnElement[bool] = Job.connection_id.in_(open_ones)
    if task is Task.SUBMIT_JOBS:  # what was cancelled before its order was sent is nothing to ask anybody about
        may_go = or_(may_go, and_(Job.status == JobStatus.CANCELLING, Job.posted_at.is_(None)))
    return *PHASES[task], may_go


def held_job(db: Session, work: Work) -> Job | None:
    """The claimed job, locked and given back by this transaction's end, or None when the claim was lost."""
    return fenced(db, Job, work.job.id, work.token)


def kept_job(db: Session, work: Work) -> Job | None:
    """The claimed job, locked and still claimed after this transaction, or None when the claim was lost."""
    return still_ours(db, Job, work.job.id, work.token)


def _step(db: Session, job: Job, moment: datetime) -> Step:
    if job.status is JobStatus.QUEUED:
        move(db, job, JobStatus.UPLOADING, "Sending the training file to the provider.")
    match job.status:
        case JobStatus.UPLOADING:
            return Step.UPLOAD
        case JobStatus.SUBMITTING if job.posted_at is None:
            job.posted_at = moment
            return Step.ORDER
        case JobStatus.SUBMITTING | JobStatus.SUBMIT_UNKNOWN | JobStatus.CANCELLING if job.posted_at is not None:
            return Step.RECONCILE
        case JobStatus.CANCELLING:
            return Step.DROP
        case _:
            return Step.CLEAN_UP
