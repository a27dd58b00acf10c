"""What each job on a provider's list is to us: ours and known, ours and forgotten, bought twice, or nobody's here.

A job that is ours by its tag and that no row of ours knows is not given up: the database was put back to an earlier day, and it is
taken up again. What is just being bought is left to whoever buys it.
"""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from shared.connections.tables import Connection
from shared.db import now, ring
from shared.ids import JobId
from shared.jobs.found import known_jobs, restore_job
from shared.jobs.story import move
from shared.jobs.strays.recording import note_seen, note_taken_in, record_duplicate, record_stray
from shared.jobs.strays.tables import Stray, StrayKind
from shared.jobs.tables import Job, Origin
from shared.jobs.tags import Tag
from shared.lifecycles import JOB, JobStatus
from shared.providers.base import ProviderJob
from shared.queue import Task
from shared.teams.tables import Team


def news(db: Session, connection: Connection, page: Sequence[ProviderJob]) -> list[ProviderJob]:
    """Those of a page that nothing is known of here. What is new of known strays is written down."""
    seen = {one.id: one for one in page}
    known = set(known_jobs(db, connection, seen))
    there = (Stray.connection_id == connection.id, Stray.provider_job_id.in_(seen))
    for stray in db.scalars(select(Stray).where(*there)):
        note_seen(stray, seen[stray.provider_job_id])
        known.add(stray.provider_job_id)
    return [one for one in page if one.id not in known]


def sort_out(db: Session, connection: Connection, found: ProviderJob, tag: Tag | None, installation: str) -> None:
    """Do what is to be done about one job that is news."""
    if tag is None:
        _sort_out_untagged(db, connection, found)
    elif tag.installation != installation:
        record_stray(db, connection, found, StrayKind.OTHER_INSTALLATION, tag)
    elif (job := db.get(Job, tag.job_id, with_for_update={"key_share": True}, populate_existing=True)) is not None:
        _sort_out_known(db, job, found, tag)
    elif db.get(Team, tag.team_id) is None:
        record_stray(db, connection, found, StrayKind.UNKNOWN, tag)
    else:
        restored = restore_job(db, connection, found, tag)
        note_taken_in(db, connection.id, found.id, restored.id)


def _sort_out_known(db: Session, job: Job, found: ProviderJob, tag: Tag) -> None:
    """A job of ours that has another one at the provider, or none."""
    if _is_unwanted(job, found):
        record_duplicate(db, job, found)
    elif job.provider_job_id == found.id:
        return
    elif job.posted_at is None and tag.epoch >= job.epoch and job.status in (JobStatus.QUEUED, JobStatus.UPLOADING):
        _take_up_again(db, job, found, tag)
    # Else it was ordered, and who ordered it looks for it by its file.


def _take_up_again(db: Session, job: Job, found: ProviderJob, tag: Tag) -> None:
    """It was bought already, in a past that the database has forgotten. Whoever sends its files just now finds it himself."""
    moment = db.scalars(select(now())).one()
    if job.claimed_until is not None and job.claimed_until > moment:
        return
    job.epoch, job.training_file_id, job.posted_at = tag.epoch, found.training_file_id, moment
    job.provider_job_id, job.provider_status, job.started_at = found.id, found.status, found.created_at
    if job.status is JobStatus.QUEUED:
        move(db, job, JobStatus.UPLOADING, "The provider has this job's files.")
    move(db, job, JobStatus.SUBMITTING, "The provider has an order for this job.")
    move(db, job, JobStatus.RUNNING, f"Found again at the provider as {found.id}; the record of its order was lost.")
    job.attempts, job.due_at = 0, moment
    ring(db, Task.POLL_JOBS)


def _sort_out_untagged(db: Session, connection: Connection, found: ProviderJob) -> None:
    """Its file may be one that a job here was ordered with, or would have been, though its name is told no more."""
    job_id = trained_with(db, connection, found.training_file_id)
    if job_id is None:
        record_stray(db, connection, found, StrayKind.FOREIGN, None)
        return
    job = db.get_one(Job, job_id, with_for_update={"key_share": True}, populate_existing=True)
    if _is_unwanted(job, found):
        record_duplicate(db, job, found)
    # Else it is just being bought.


def _is_unwanted(job: Job, found: ProviderJob) -> bool:
    """Whether a job has another one at the provider, or is over without this one."""
    return job.provider_job_id != found.id and (job.provider_job_id is not None or job.status in JOB.terminal)


def trained_with(db: Session, connection: Connection, file_id: str) -> JobId | None:
    """The job that was ordered here with a file, by this attempt or an earlier one; None = there is none, or no file is told."""
    if not file_id:
        return None
    files = or_(Job.training_file_id == file_id, Job.superseded_file_ids.contains([file_id]))
    mine = (Job.connection_id == connection.id, Job.origin != Origin.IMPORTED)
    return db.scalars(select(Job.id).where(*mine, files).limit(1)).one_or_none()
