"""Looking at a job sooner, because its provider says that something has happened to it. What it was is asked, not believed."""

import json
from typing import Any

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from shared.connections.credentials import Vault
from shared.connections.incoming import check_delivery, is_first
from shared.connections.signatures import Seal
from shared.db import now, ring
from shared.ids import ConnectionId
from shared.jobs.tables import Job
from shared.lifecycles import JobStatus
from shared.queue import Task

_OF_JOBS = "fine_tuning.job."
_FOLLOWED = (JobStatus.RUNNING, JobStatus.PAUSED, JobStatus.CANCELLING)


def take_delivery(db: Session, vault: Vault, connection_id: ConnectionId, seal: Seal | None, body: bytes) -> None:
    """Have the job that a delivery is about looked at now. One that was taken before, or is about nothing that we follow, changes
    nothing. Raises Unauthenticated.
    """
    check_delivery(db, vault, connection_id, seal, body)
    if seal is not None and is_first(db, connection_id, seal) and (subject := _subject(body)) is not None:
        _hurry(db, connection_id, subject)


def _hurry(db: Session, connection_id: ConnectionId, provider_job_id: str) -> None:
    """A round that is looking at it just now may have asked too early: as of one that is watched since, it is asked again."""
    ours = (Job.connection_id == connection_id, Job.provider_job_id == provider_job_id, Job.status.in_(_FOLLOWED))
    moments = {"watched_at": now(), "due_at": func.least(Job.due_at, now())}
    hurried = update(Job).where(*ours).values(moments).returning(Job.id)
    if db.execute(hurried.execution_options(synchronize_session=False)).first() is not None:
        ring(db, Task.POLL_JOBS)


def _subject(body: bytes) -> str | None:
    """The provider's job that an event is about; None for other events, and for what is none."""
    try:
        event: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    kind, data = (event.get("type"), event.get("data")) if isinstance(event, dict) else (None, None)
    subject = data.get("id") if isinstance(data, dict) else None
    if not isinstance(kind, str) or not kind.startswith(_OF_JOBS) or not isinstance(subject, str):
        return None
    return subject if subject.isprintable() else None
