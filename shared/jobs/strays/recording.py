"""What the worker writes of strays: that they are there, each told once, and what duplicates have cost."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import structlog
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.connections.tables import Connection
from shared.db import now, ring
from shared.ids import ConnectionId, JobId
from shared.jobs.story import note
from shared.jobs.strays.tables import Stray, StrayKind, Walk
from shared.jobs.tables import Job
from shared.jobs.tags import Tag
from shared.money import ZERO, Usd
from shared.notices.actions import tell
from shared.providers.base import ProviderJob
from shared.queue import Task
from shared.spend import actions as spend
from shared.spend.actions import Charge, HoldRequest
from shared.spend.tables import SpendKind, Unit

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Bill:
    """What a duplicate that is over is billed. `provisional` = known only by estimate."""

    status: str
    tokens: int
    provisional: bool = False


def record_stray(db: Session, connection: Connection, seen: ProviderJob, kind: StrayKind, tag: Tag | None) -> None:
    """Write down what is nobody's here, and tell the admins once."""
    if _add(db, connection.id, seen, kind=kind, tag=str(tag) if tag else None):
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


def record_bill(db: Session, stray_id: int, bill: Bill) -> Usd | None:
    """Charge a duplicate that is over to the team whose job it repeats, whatever its budget says. None = it was charged before."""
    stray = db.get_one(Stray, stray_id, with_for_update=True, populate_existing=True)
    if stray.settled_at is not None or stray.job_id is None:
        return None
    job = db.get_one(Job, stray.job_id)
    charged = ZERO
    if bill.tokens:
        owed = HoldRequest(job.team_id, f"{job.id}/{stray.provider_job_id}", SpendKind.TRAINING, ZERO)
        charged = spend.charge_owed(db, owed, [_charge(job, bill)])
    stray.provider_status, stray.trained_tokens = bill.status, bill.tokens
    stray.settled_at, stray.charged = db.scalar(select(now())), charged
    told = f"{stray.provider_job_id}, which was bought twice, is {bill.status}: {bill.tokens:,} tokens were charged, ${charged}."
    note(db, job, "provider", told, {"provider_job_id": stray.provider_job_id, "charged_usd": str(charged)})
    return charged


def note_seen(stray: Stray, seen: ProviderJob) -> None:
    """What changed since it was found."""
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


def _charge(job: Job, bill: Bill) -> Charge:
    return Charge(
        kind=SpendKind.TRAINING,
        connection_id=job.connection_id,
        model=job.model,
        unit=Unit.TRAINED,
        quantity=bill.tokens,
        usd_per_million=Decimal(job.usd_per_million),
        price_id=job.price_id,
        provisional=bill.provisional,
    )
