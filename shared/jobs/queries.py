"""What is read of jobs."""

from collections.abc import Iterable, Sequence

from sqlalchemy import column as sql_column
from sqlalchemy import select, values
from sqlalchemy.orm import Session
from sqlalchemy.types import BigInteger, Text

from shared.errors import NotFound
from shared.ids import JobId, TeamId
from shared.jobs.tables import FollowUp, Job, JobCheckpoint, JobEvent, JobMetric
from shared.lifecycles import JobStatus


def get_job(db: Session, job_id: JobId, *, team_id: TeamId | None = None, for_update: bool = False) -> Job:
    """A job; with `team_id`, one of that team. Raises NotFound."""
    lock = {"key_share": True} if for_update else None
    job = db.get(Job, job_id, with_for_update=lock, populate_existing=for_update)
    if job is None or team_id not in (None, job.team_id):
        raise NotFound("job")
    return job


def list_jobs(
    db: Session, *, team_id: TeamId | None = None, after: str | None, limit: int, status: JobStatus | None = None
) -> Sequence[Job]:
    """Jobs, the newest first; with `team_id`, those of that team."""
    query = select(Job).order_by(Job.id.desc()).limit(limit)
    if team_id is not None:
        query = query.where(Job.team_id == team_id)
    if status is not None:
        query = query.where(Job.status == status)
    return db.scalars(query.where(Job.id < after) if after else query).all()


def list_events(db: Session, job_id: JobId, *, after: int, limit: int) -> Sequence[JobEvent]:
    """A job's story from the event after `after` (0 = the beginning), the oldest first."""
    return db.scalars(
        select(JobEvent).where(JobEvent.job_id == job_id, JobEvent.id > after).order_by(JobEvent.id).limit(limit)
    ).all()


def list_metrics(db: Session, job_id: JobId) -> Sequence[JobMetric]:
    """What was measured, by step."""
    return db.scalars(select(JobMetric).where(JobMetric.job_id == job_id).order_by(JobMetric.step)).all()


def list_checkpoints(db: Session, job_id: JobId) -> Sequence[JobCheckpoint]:
    """What the provider kept, the earliest step first."""
    return db.scalars(select(JobCheckpoint).where(JobCheckpoint.job_id == job_id).order_by(JobCheckpoint.step)).all()


def follow_ups(db: Session, job_ids: Iterable[JobId]) -> dict[JobId, FollowUp]:
    """What became of the evaluations that jobs were ordered with; of jobs that have not succeeded there is none."""
    return {one.id: one for one in db.scalars(select(FollowUp).where(FollowUp.id.in_(job_ids)))}


def known_provider_events(db: Session, job_id: JobId, most: int = 200) -> list[str]:
    """The ids of the provider's newest events that we have."""
    query = select(JobEvent.provider_event_id).where(JobEvent.job_id == job_id, JobEvent.provider_event_id.is_not(None))
    return [known for known in db.scalars(query.order_by(JobEvent.id.desc()).limit(most)) if known]


def events_after(db: Session, watched: Iterable[tuple[JobId, int]], limit: int = 1000) -> Sequence[JobEvent]:
    """The events of several jobs, each from its own position on, in one question; the oldest first.

    A position is safe: a job's events are written under its row's lock, so they appear in the order of their ids.
    """
    positions = values(sql_column("job_id", Text), sql_column("after", BigInteger), name="watched").data(list(watched))
    return db.scalars(
        select(JobEvent)
        .join(positions, JobEvent.job_id == positions.c.job_id)
        .where(JobEvent.id > positions.c.after)
        .order_by(JobEvent.id)
        .limit(limit)
    ).all()
