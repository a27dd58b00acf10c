"""What the worker writes of jobs on their way to the provider. Every write is fenced by a claim: a stale one writes nothing.

Nothing here asks a provider, and nothing that asks one holds a row: claim, ask, record.
"""

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.db import now, ring, seconds_from_now
from shared.jobs.scheduling.taking import Step, Work, held_job
from shared.jobs.story import explain, move
from shared.jobs.tables import Job
from shared.lifecycles import JobStatus
from shared.providers.base import ProviderFile, ProviderJob
from shared.queue import Task
from shared.spend import actions as spend

log = structlog.get_logger()

FILE_SECONDS = 2.0
"""How soon to look again whether the provider has processed a file."""
FILE_LOOKS = 300
"""After so many looks (ten minutes) the order is sent all the same: `processed` is a deprecated word at OpenAI, and whether
the file can be trained on is the provider's to say.
"""
UNKNOWN_SECONDS = 600.0
"""How often a job is looked for of which nobody knows whether it was bought."""
SILENCE_SECONDS = 5.0
"""How soon to look again for an order that was not answered."""


def record_files(db: Session, work: Work, training: ProviderFile, validation: ProviderFile | None) -> None:
    """The provider has the files. The order follows when it has also processed them, or has been given time enough to."""
    if (job := held_job(db, work)) is None:
        return
    job.training_file_id = training.id
    job.validation_file_id = validation.id if validation else None
    job.sending = {}
    processed = training.ready and (validation is None or validation.ready)
    ready = processed or job.attempts >= FILE_LOOKS
    job.attempts = 0 if ready else job.attempts + 1
    if ready and job.status is JobStatus.UPLOADING:
        move(db, job, JobStatus.SUBMITTING, "The provider has the files. Ordering the training.")
    _again(db, job, 0 if ready else FILE_SECONDS)
    ring(db, Task.SUBMIT_JOBS if ready else Task.UPLOAD_FILES)


def record_bought(db: Session, work: Work, bought: ProviderJob) -> bool:
    """The provider has taken the order. How it goes on is polling's. False when the claim was lost: nothing is written."""
    if (job := held_job(db, work)) is None:
        return False
    job.attempts = 0
    job.provider_job_id, job.provider_status = bought.id, bought.status
    job.training_file_id, job.posted_at = bought.training_file_id, job.posted_at or work.claimed_at
    if job.status is JobStatus.UPLOADING:
        move(db, job, JobStatus.SUBMITTING, "The provider has this job's files, and an order for them.")
    if job.status in (JobStatus.SUBMITTING, JobStatus.SUBMIT_UNKNOWN):
        job.started_at = db.scalars(select(now())).one()
        move(db, job, JobStatus.RUNNING, f"The provider has taken the job as {bought.id}.")
    _again(db, job, 0)
    ring(db, Task.POLL_JOBS)
    return True


def record_silence(db: Session, work: Work, reason: str) -> None:
    """The order was sent and not answered. It is looked for until the settle window is over."""
    if (job := held_job(db, work)) is None:
        return
    explain(db, job, f"The provider did not answer ({reason}). Looking whether it took the job.", code="unanswered")
    _again(db, job, SILENCE_SECONDS)


def record_fenced(db: Session, work: Work) -> None:
    """The unanswered order's file is deleted. What was taken before that may still show: one more look, after a while."""
    if (job := held_job(db, work)) is None:
        return
    job.fenced_at = work.claimed_at
    _again(db, job, SILENCE_SECONDS)


def record_given_up(db: Session, work: Work) -> None:
    """The old order can no longer be taken: its file is gone and no job names it. A new attempt may begin."""
    if (job := held_job(db, work)) is None:
        return
    begin_anew(db, job, "The order never reached the provider. Trying again.", "lost_order")


def record_unknown(db: Session, work: Work) -> None:
    """The same, of a job too dear to be ordered again by itself: a person resolves it. Meanwhile it is looked for now and then."""
    if (job := held_job(db, work)) is None:
        return
    message = (
        f"The provider did not answer the order and shows no job for it; ${job.held} stay held. "
        f"POST /v1/jobs/{job.id}/resolve says what is to be done."
    )
    if job.status is JobStatus.SUBMITTING:
        move(db, job, JobStatus.SUBMIT_UNKNOWN, message, code="submit_unknown")
    else:
        explain(db, job, message, code="submit_unknown")
    _again(db, job, UNKNOWN_SECONDS)


def begin_anew(db: Session, job: Job, reason: str, code: str) -> None:
    """Back to the queue with a new attempt; the old one's order can no longer be taken, or is stopped if it turns up."""
    forget_order(job)
    if job.status in (JobStatus.SUBMITTING, JobStatus.SUBMIT_UNKNOWN):
        move(db, job, JobStatus.QUEUED, reason, code=code)
    _again(db, job, 0)
    ring(db, Task.UPLOAD_FILES)


def forget_order(job: Job) -> None:
    """This attempt's order is wanted no more: whatever was bought with its file is stopped when it is found."""
    if job.training_file_id is not None:
        job.superseded_file_ids = [*job.superseded_file_ids, job.training_file_id]
    job.epoch += 1
    job.attempts = 0
    job.posted_at = job.fenced_at = job.training_file_id = job.validation_file_id = None
    job.sending = {}


def record_wait(db: Session, work: Work, reason: str, code: str, seconds: float) -> bool:
    """Nothing took effect; try again later. A growing number of attempts is counted for the next wait. False when the claim was
    lost: nothing is written.

    An order that was not taken stays where it is: its file is at the provider, and only the order is repeated.
    """
    if (job := held_job(db, work)) is None:
        return False
    job.attempts += 1
    if work.step is Step.ORDER:
        job.posted_at = None
    if work.step is Step.CLEAN_UP:
        log.info("clean_up_waits", job=job.id, why=reason)  # the job's own reason tells how it ended
    else:
        explain(db, job, reason, code=code)
    _again(db, job, seconds)
    return True


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
    job.attempts, job.wish = 0, None
    _again(db, job, 0)
    ring(db, Task.CLEAN_UP_JOBS)
    ring(db, Task.UPLOAD_FILES)  # its place is free


def _again(db: Session, job: Job, seconds: float) -> None:
    job.due_at = db.scalar(select(seconds_from_now(seconds)))
