"""How far a file is that goes to its provider in parts: written after each part, so that a killed worker's successor goes on there.

Before each part it is asked once more whether anything may leave. Every write is fenced by the claim.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.connections.tables import Connection
from shared.db import now, ring
from shared.jobs.scheduling.taking import Work, barred_job, held_job, kept_job
from shared.jobs.tables import Job
from shared.lifecycles import JobStatus
from shared.queue import Task


@dataclass(frozen=True, slots=True)
class Sent:
    """Of one upload: the parts that the provider has acknowledged, in their order, and how many bytes they are."""

    upload_id: str
    expires_at: datetime | None
    part_ids: tuple[str, ...] = field(default=())
    sent_bytes: int = 0
    beginnings: int = 1
    """How many uploads of this file were begun, this one among them."""

    def as_json(self) -> dict[str, Any]:
        until = None if self.expires_at is None else self.expires_at.isoformat()
        parts = {"part_ids": list(self.part_ids), "sent_bytes": self.sent_bytes, "beginnings": self.beginnings}
        return {"upload_id": self.upload_id, "expires_at": until, **parts}


class Stop(Enum):
    """Why nothing more is sent."""

    LOST = auto()
    """Somebody else has the job."""
    CANCELLED = auto()
    BARRED = auto()
    """The data may not go there any more."""


def sent_from_json(stored: Mapping[str, Any]) -> Sent:
    """What `as_json` made, read back."""
    until = stored["expires_at"]
    expires_at = None if until is None else datetime.fromisoformat(until)
    return Sent(stored["upload_id"], expires_at, tuple(stored["part_ids"]), stored["sent_bytes"], stored["beginnings"])


def record_sent(db: Session, work: Work, role: str, sent: Sent) -> Stop | None:
    """Note how far a file is. Returns why no more of it is sent, if that is so."""
    job = kept_job(db, work)
    if job is None:
        return Stop.LOST
    job.sending = job.sending | {role: sent.as_json()}
    if job.status is JobStatus.CANCELLING:
        return Stop.CANCELLED
    return Stop.BARRED if barred_job(db, db.get_one(Connection, job.connection_id), job) else None


def record_stopped(db: Session, work: Work) -> None:
    """No more is sent: what the job needs now is seen when it is claimed again, at once."""
    if (job := held_job(db, work)) is None:
        return
    job.due_at = db.scalar(select(now()))
    ring(db, Task.SUBMIT_JOBS if job.status is JobStatus.CANCELLING else Task.UPLOAD_FILES)


def upload_ids(job: Job) -> list[str]:
    """The uploads of a job that have not become files, as far as is known."""
    return [str(stored["upload_id"]) for stored in job.sending.values()]
