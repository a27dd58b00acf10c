"""A job's story: every move of its status is one event row in the same transaction, and one event for the outside."""

from typing import Any

from sqlalchemy.orm import Session

from shared.jobs.tables import Job, JobEvent
from shared.lifecycles import JobStatus
from shared.notices.actions import tell

_TOLD = {
    JobStatus.QUEUED: "job.queued",
    JobStatus.RUNNING: "job.running",
    JobStatus.SUCCEEDED: "job.succeeded",
    JobStatus.FAILED: "job.failed",
    JobStatus.CANCELLED: "job.cancelled",
    JobStatus.SUBMIT_UNKNOWN: "job.submit_unknown",
    JobStatus.AWAITING_APPROVAL: "job.awaiting_approval",
}


def move(db: Session, job: Job, status: JobStatus, message: str, *, code: str | None = None) -> None:
    """Move a job along an edge and say why. Raises IllegalTransition. `code` is for programs, the message for people."""
    job.status = status
    _say(db, job, message, code)
    if kind := _TOLD.get(status):
        tell(db, job.team_id, kind, job.id, status=status, reason=message)


def explain(db: Session, job: Job, message: str, *, code: str | None = None) -> None:
    """Say why a job stands where it stands. Saying the same again adds nothing."""
    if (job.reason, job.reason_code) != (message, code):
        _say(db, job, message, code)


def _say(db: Session, job: Job, message: str, code: str | None) -> None:
    job.reason, job.reason_code = message, code
    note(db, job, "status", message, {"status": job.status, "reason_code": code})


def note(db: Session, job: Job, kind: str, message: str, data: dict[str, Any], *, level: str = "info") -> None:
    """Add a line to the story."""
    db.add(JobEvent(job_id=job.id, team_id=job.team_id, kind=kind, level=level, message=message, data=data))
