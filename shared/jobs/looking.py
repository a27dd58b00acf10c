"""What the worker writes after a look at the provider's job: what it tells, and what that means for the status.

A look that finds nothing new only says when to look again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.db import now, seconds_from_now
from shared.jobs.endings import end_cancelled, fail, succeed
from shared.jobs.measurements import record_checkpoints, record_events
from shared.jobs.story import explain, move
from shared.jobs.tables import Job
from shared.jobs.taking import Work, held_job
from shared.lifecycles import JobStatus
from shared.providers.base import (
    Cancelled,
    Finished,
    Outcome,
    Paused,
    ProviderCheckpoint,
    ProviderEvent,
    ProviderJob,
    Refused,
    StillRunning,
)


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of a provider's job. `events` None = its log was not asked for."""

    job: ProviderJob
    events: Sequence[ProviderEvent] | None = None
    checkpoints: Sequence[ProviderCheckpoint] = ()


def is_news(job: Job, seen: ProviderJob) -> bool:
    """Whether a status tells anything that is not written down: then `record_look` writes it."""
    as_before = JobStatus.PAUSED if isinstance(seen.outcome, Paused) else JobStatus.RUNNING
    return bool(job.attempts or job.missed) or job.provider_status != seen.status or job.status is not as_before


def record_look(db: Session, work: Work, look: Look, *, next_seconds: float) -> None:
    """Write down what was seen. Steps, losses and events first; then what it means for the status."""
    if (job := held_job(db, work)) is None:
        return
    if (job.attempts or job.missed) and job.status is JobStatus.RUNNING:
        explain(db, job, "The provider answers again.")
    job.attempts = job.missed = 0
    job.provider_status = look.job.status
    if look.events is not None:
        record_events(db, job, look.events, look.job)
        job.events_at = db.scalar(select(now()))
    record_checkpoints(db, job, look.checkpoints)
    job.due_at = db.scalar(select(seconds_from_now(next_seconds)))
    _record_outcome(db, job, look.job.outcome)


def _record_outcome(db: Session, job: Job, outcome: Outcome) -> None:
    match outcome:
        case StillRunning():
            if job.status is JobStatus.PAUSED:
                move(db, job, JobStatus.RUNNING, "The provider goes on with the job.")
        case Paused():
            if job.status is JobStatus.RUNNING:
                move(db, job, JobStatus.PAUSED, "The provider has paused the job.")
        case Finished() as finished:
            succeed(db, job, finished)
        case Refused(code=code, reason=reason):
            fail(db, job, f"The provider ended the job: {reason}", code)
        case Cancelled(billed_tokens=billed):
            end_cancelled(db, job, billed)
        case unexpected:
            assert_never(unexpected)
