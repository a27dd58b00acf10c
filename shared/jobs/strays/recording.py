"""What the worker writes of strays when it finds them: that they are there, each told once. Their ends are in `settling`."""

from typing import Any

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.connections.tables import Connection
from shared.db import now, ring
from shared.ids import ConnectionId, JobId
from shared.jobs.story import note
from shared.jobs.strays.tables import Stray, StrayKind, Walk
from shared.jobs.tables import Job
from shared.jobs.tags import Tag
from shared.notices.actions import tell
from shared.providers.base import ProviderJob
from shared.queue import Task

log = structlog.get_logger()

GONE = "gone"
"""Our word for a duplicate that its provider no longer knows."""


def record_stray(db: Session, connection: Connection, seen: ProviderJob, kind: StrayKind, tag: Tag | None) -> None:
    """Write down what is nobody's here, and tell the admins once; what was there before us is told of in all (`tell_of_all`)."""
    is_new = _add(db, connection.id, seen, kind=kind, tag=str(tag) if tag else None)
    if is_new and db.scalar(select(Walk.whole_at).where(Walk.id == connection.id)) is not None:
        log.warning("stray_found", kind=kind, connection=connection.name, provider_job=seen.id)
        tell(
            db,
            None,
            "connection.stray_job",
            connection.id,
            stray=kind,
            connection=connection.name,
            provider_job_id=seen.id,
            model=seen.facts.model,
        )


def tell_of_all(db: Session, connection: Connection) -> None:
    """The list was read for the first time: tell the admins how much is on the account that was not ordered here."""
    nobodys = (Stray.connection_id == connection.id, Stray.kind != StrayKind.DUPLICATE, Stray.job_id.is_(None))
    rows = db.execute(select(Stray.kind, func.count()).where(*nobodys).group_by(Stray.kind))
    counts = {str(kind): count for kind, count in rows}
    if counts:
        log.warning("strays_found", connection=connection.name, **counts)
        tell(db, None, "connection.stray_jobs", connection.id, connection=connection.name, counts=counts)


def record_duplicate(db: Session, job: Job, duplicate: ProviderJob) -> None:
    """A second job of the provider's was found for one of ours. It is asked to stop, and charged when it is over."""
    if not _add(db, job.connection_id, duplicate, kind=StrayKind.DUPLICATE, job_id=job.id):
        return
    log.error("duplicate_found", job=job.id, provider_job=duplicate.id)
    message = f"The provider had taken the order twice; {duplicate.id} is asked to stop, and charged as it is billed."
    note(db, job, "provider", message, {"provider_job_id": duplicate.id}, level="error")
    facts = {"job_id": job.id, "provider_job_id": duplicate.id, "model": job.model}
    tell(db, None, "connection.stray_job", job.connection_id, stray=StrayKind.DUPLICATE, **facts)
    walk_soon(db, job.connection_id)


def note_seen(stray: Stray, seen: ProviderJob) -> None:
    """What changed since it was found. One that was taken to be gone, and is there after all, is to be stopped again."""
    if stray.settled_at is not None and stray.provider_status == GONE:
        stray.settled_at, stray.look_at, stray.missed, stray.looks_for_bill = None, None, 0, 0
    if (stray.provider_status, stray.trained_tokens) != (seen.status, seen.trained_tokens):
        stray.provider_status, stray.trained_tokens = seen.status, seen.trained_tokens


def note_taken_in(db: Session, connection_id: ConnectionId, provider_job_id: str, job_id: JobId) -> None:
    """A stray has become a job of ours."""
    known = (Stray.connection_id == connection_id, Stray.provider_job_id == provider_job_id)
    db.execute(update(Stray).where(*known, Stray.kind != StrayKind.DUPLICATE).values(job_id=job_id))


def walk_soon(db: Session, connection_id: ConnectionId) -> None:
    """Look through a connection's list at the next opportunity."""
    db.execute(update(Walk).where(Walk.id == connection_id).values(due_at=now()))
    ring(db, Task.FIND_STRAYS)


def _add(db: Session, connection_id: ConnectionId, seen: ProviderJob, **more: Any) -> bool:
    """Whether it is new."""
    row = {
        "connection_id": connection_id,
        "provider_job_id": seen.id,
        "model": seen.facts.model,
        "method": seen.facts.method,
        "provider_status": seen.status,
        "ordered_at": seen.created_at,
        "trained_tokens": seen.trained_tokens,
        **more,
    }
    added = insert(Stray).values(row).on_conflict_do_nothing().returning(Stray.id)
    return db.scalar(added) is not None
