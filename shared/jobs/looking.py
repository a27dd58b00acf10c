"""What the worker writes after a look at the provider's job: its events and metrics, and its end with the bill.

A look that finds nothing new only says when to look again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, assert_never

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.connections.catalogue import catalogue
from shared.connections.tables import Connection
from shared.datasets.tables import Dataset
from shared.db import seconds_from_now
from shared.jobs.offers import shutdown_date
from shared.jobs.progress import advance, shown, total_steps
from shared.jobs.recording import Work, finish, held_job
from shared.jobs.story import move
from shared.jobs.tables import Job, JobCheckpoint, JobEvent, JobMetric
from shared.lifecycles import JobStatus
from shared.providers.base import (
    Cancelled,
    Finished,
    Paused,
    ProviderCheckpoint,
    ProviderEvent,
    ProviderJob,
    Refused,
    StepMetrics,
    StillRunning,
)
from shared.registry.actions import Registration, register
from shared.spend import actions as spend
from shared.spend.actions import Charge
from shared.spend.tables import SpendKind, Unit

LOOKS_FOR_A_BILL = 5
"""How often a finished job is looked at again for the event that states its bill, before the bill is estimated."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of a provider's job."""

    job: ProviderJob
    events: Sequence[ProviderEvent]
    checkpoints: Sequence[ProviderCheckpoint]


def record_look(db: Session, work: Work, look: Look, *, next_seconds: float) -> None:
    """Write down what was seen. Steps, losses and events first; then what it means for the status."""
    if (job := held_job(db, work)) is None:
        return
    job.attempts = 0
    job.provider_status = look.job.status
    for event in look.events:
        _record_event(db, job, event, look.job)
    for checkpoint in look.checkpoints:
        _record_checkpoint(db, job, checkpoint)
    job.due_at = db.scalar(select(seconds_from_now(next_seconds)))
    _record_outcome(db, job, look)


def _record_outcome(db: Session, job: Job, look: Look) -> None:
    match look.job.outcome:
        case StillRunning():
            if job.status is JobStatus.PAUSED:
                move(db, job, JobStatus.RUNNING, "The provider goes on with the job.")
        case Paused():
            if job.status is JobStatus.RUNNING:
                move(db, job, JobStatus.PAUSED, "The provider has paused the job.")
        case Finished() as finished:
            _succeed(db, job, finished)
        case Refused(code=code, reason=reason):
            spend.release(db, job.id)
            finish(db, job, JobStatus.FAILED, f"The provider ended the job: {reason}", code)
        case Cancelled(billed_tokens=billed):
            _end_cancelled(db, job, billed)
        case unexpected:
            assert_never(unexpected)


def _succeed(db: Session, job: Job, finished: Finished) -> None:
    billed = finished.billed_tokens if finished.billed_tokens is not None else job.billed_tokens
    looks = job.progress.get("looks_for_bill", 0)
    if billed is None and looks < LOOKS_FOR_A_BILL:
        # Azure states its bill in an event of its own, which may come after the status.
        job.progress = {**job.progress, "looks_for_bill": looks + 1}
        return
    tokens = job.estimate["billed_tokens"] if billed is None else billed
    charged = spend.settle(db, job.id, [_charge(job, tokens, provisional=billed is None)])
    job.billed_tokens, job.fine_tuned_model = tokens, finished.model
    job.progress = {**job.progress, "percent": 100.0, "seconds_left": 0}
    how = "as the provider billed" if billed is not None else "by estimate, until the bill is known"
    message = f"Trained {finished.model}. {tokens:,} tokens were charged {how}: ${charged}."
    finish(db, job, JobStatus.SUCCEEDED, message, "succeeded")
    _register(db, job, str(charged))


def _end_cancelled(db: Session, job: Job, billed: int | None) -> None:
    """Work done before a cancellation is billed; what the provider does not tell is estimated from the steps done."""
    known = billed if billed is not None else job.billed_tokens
    tokens = known if known is not None else _work_done(job)
    if job.status is not JobStatus.CANCELLING:
        message = "Cancelled at the provider, not through this service."
    else:
        message = "Cancelled, as asked for."
    if tokens == 0:
        spend.release(db, job.id)
        finish(db, job, JobStatus.CANCELLED, f"{message} Nothing was trained, and nothing is charged.", "cancelled")
        return
    charged = spend.settle(db, job.id, [_charge(job, tokens, provisional=known is None)])
    job.billed_tokens = tokens
    how = "" if known is not None else " by estimate"
    finish(
        db,
        job,
        JobStatus.CANCELLED,
        f"{message} {tokens:,} tokens were trained and are charged{how}: ${charged}.",
        "cancelled",
    )


def _work_done(job: Job) -> int:
    step, total = job.progress.get("step", 0), job.progress.get("total_steps")
    return int(job.estimate["billed_tokens"] * step / total) if total else 0


def _charge(job: Job, tokens: int, *, provisional: bool) -> Charge:
    return Charge(
        kind=SpendKind.TRAINING,
        connection_id=job.connection_id,
        model=job.model,
        unit=Unit.TRAINED,
        quantity=tokens,
        usd_per_million=Decimal(job.usd_per_million),
        price_id=job.price_id,
        provisional=provisional,
    )


def _record_event(db: Session, job: Job, event: ProviderEvent, seen: ProviderJob) -> None:
    data: dict[str, Any] = {}
    if event.billed_tokens is not None:
        job.billed_tokens = data["billed_tokens"] = event.billed_tokens
    if event.metrics is not None:
        total = total_steps(job.estimate["examples"], seen.n_epochs or job.estimate["n_epochs"], seen.hyperparameters)
        job.progress = advance(job.progress, event.metrics, event.at, total)
        data = shown(job.progress)
        _record_metrics(db, job, event.metrics, event.at)
    db.execute(
        insert(JobEvent)
        .values(
            job_id=job.id,
            team_id=job.team_id,
            at=event.at,
            kind="progress" if event.metrics else "provider",
            level=event.level,
            message=event.message,
            data=data,
            provider_event_id=event.id,
        )
        .on_conflict_do_nothing()
    )


def record_results(db: Session, work: Work, measured: Sequence[StepMetrics]) -> None:
    """The result file is read and nothing of ours is left at the provider: there is nothing more to do for this job."""
    if (job := held_job(db, work)) is None:
        return
    for metrics in measured:
        _record_metrics(db, job, metrics, job.finished_at or work.claimed_at)
    job.due_at = None


def _record_metrics(db: Session, job: Job, metrics: StepMetrics, at: datetime) -> None:
    """Keep what was measured at a step; what is known already is completed, never overwritten with nothing."""
    measured = {
        "total_steps": metrics.total_steps,
        "train_loss": metrics.train_loss,
        "train_accuracy": metrics.train_accuracy,
        "valid_loss": metrics.valid_loss,
        "valid_accuracy": metrics.valid_accuracy,
    }
    known = {name: value for name, value in measured.items() if value is not None}
    row = {"job_id": job.id, "team_id": job.team_id, "step": metrics.step, "at": at, **known}
    statement = insert(JobMetric).values(row)
    keys = [JobMetric.job_id, JobMetric.step]
    db.execute(statement.on_conflict_do_update(index_elements=keys, set_=known or {"step": metrics.step}))


def _record_checkpoint(db: Session, job: Job, checkpoint: ProviderCheckpoint) -> None:
    statement = insert(JobCheckpoint).values(
        job_id=job.id,
        provider_checkpoint_id=checkpoint.id,
        team_id=job.team_id,
        step=checkpoint.step,
        model=checkpoint.model,
        metrics=dict(checkpoint.metrics),
        at=checkpoint.at,
    )
    db.execute(statement.on_conflict_do_nothing())


def _register(db: Session, job: Job, charged_usd: str) -> None:
    connection = db.get_one(Connection, job.connection_id)
    known = catalogue().get((connection.provider, job.model))
    assert job.fine_tuned_model is not None
    register(
        db,
        Registration(
            team_id=job.team_id,
            job_id=job.id,
            connection_id=job.connection_id,
            provider_model=job.fine_tuned_model,
            base_model=job.model,
            lineage=_lineage(db, job, connection, charged_usd),
            shutdown_date=shutdown_date(connection, known) if known else None,
        ),
    )


def _lineage(db: Session, job: Job, connection: Connection, charged_usd: str) -> dict[str, Any]:
    datasets = {"training": job.dataset_id, "validation": job.validation_dataset_id}
    found = {role: db.get_one(Dataset, dataset_id) for role, dataset_id in datasets.items() if dataset_id}
    return {
        "datasets": {
            role: {"id": one.id, "name": one.name, "version": one.version, "sha256": one.sha256}
            for role, one in found.items()
        },
        "job_id": job.id,
        "provider": connection.provider,
        "connection_id": connection.id,
        "provider_job_id": job.provider_job_id,
        "base_model": job.model,
        "method": job.method,
        "hyperparameters": job.hyperparameters,
        "n_epochs": job.estimate["n_epochs"],
        "seed": job.seed,
        "billed_tokens": job.billed_tokens,
        "charged_usd": charged_usd,
        "price_id": job.price_id,
    }
