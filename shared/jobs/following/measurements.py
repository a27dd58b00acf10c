"""What a provider tells of a job on its way, stored: its log, what was measured at each step, its checkpoints."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.jobs.following.progress import advance, shown, total_steps
from shared.jobs.scheduling.taking import Work, held_job, kept_job
from shared.jobs.tables import Job, JobCheckpoint, JobEvent, JobMetric
from shared.providers.base import ProviderCheckpoint, ProviderEvent, ProviderJob, StepMetrics

AT_ONCE = 1000
"""Rows in one statement: a long run has tens of thousands of steps."""


def record_events(db: Session, job: Job, events: Sequence[ProviderEvent], seen: ProviderJob) -> None:
    """Keep a provider's log, the oldest line first; lines that are known already are passed over."""
    rows = [_event_row(job, event, seen) for event in events]
    for some in _portions(rows):
        db.execute(insert(JobEvent).values(some).on_conflict_do_nothing())
    _keep_metrics(db, job, [(event.metrics, event.at) for event in events if event.metrics is not None])


def record_checkpoints(db: Session, job: Job, checkpoints: Sequence[ProviderCheckpoint]) -> None:
    """Keep what the provider kept."""
    rows = [
        {
            "job_id": job.id,
            "provider_checkpoint_id": checkpoint.id,
            "team_id": job.team_id,
            "step": checkpoint.step,
            "model": checkpoint.model,
            "metrics": dict(checkpoint.metrics),
            "at": checkpoint.at,
        }
        for checkpoint in checkpoints
    ]
    if rows:
        db.execute(insert(JobCheckpoint).values(rows).on_conflict_do_nothing())


def record_results(db: Session, work: Work, measured: Sequence[StepMetrics]) -> None:
    """Keep what an ended job's result file tells. The claim is kept: the files are deleted only after this is committed."""
    if (job := kept_job(db, work)) is not None:
        at = job.finished_at or work.claimed_at
        _keep_metrics(db, job, [(metrics, at) for metrics in measured])


def record_cleaned(db: Session, work: Work) -> None:
    """Nothing of ours is left at the provider: there is nothing more to do for this job."""
    if (job := held_job(db, work)) is not None:
        job.due_at = None


def _event_row(job: Job, event: ProviderEvent, seen: ProviderJob) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if event.billed_tokens is not None:
        job.billed_tokens = data["billed_tokens"] = event.billed_tokens
    if event.metrics is not None:
        total = total_steps(job.estimate["examples"], seen.n_epochs or job.estimate["n_epochs"], seen.hyperparameters)
        job.progress = advance(job.progress, event.metrics, event.at, total)
        data = shown(job.progress)
    return {
        "job_id": job.id,
        "team_id": job.team_id,
        "at": event.at,
        "kind": "progress" if event.metrics else "provider",
        "level": event.level,
        "message": event.message,
        "data": data,
        "provider_event_id": event.id,
    }


def _keep_metrics(db: Session, job: Job, measured: Sequence[tuple[StepMetrics, datetime]]) -> None:
    """What is known of a step already is completed, never overwritten with nothing."""
    by_step = {metrics.step: _metrics_row(job, metrics, at) for metrics, at in measured}
    for some in _portions(list(by_step.values())):
        statement = insert(JobMetric).values(some)
        told = {name: func.coalesce(getattr(statement.excluded, name), getattr(JobMetric, name)) for name in _MEASURED}
        keys = [JobMetric.job_id, JobMetric.step]
        db.execute(statement.on_conflict_do_update(index_elements=keys, set_=told))


_NUMBERS = (
    "total_steps", "train_loss", "train_accuracy", "valid_loss", "valid_accuracy",
    "train_reward", "valid_reward", "reasoning_tokens", "seconds",
)  # fmt: skip
_MEASURED = (*_NUMBERS, "grader_tokens")


def _metrics_row(job: Job, metrics: StepMetrics, at: datetime) -> dict[str, Any]:
    measured = {name: getattr(metrics, name) for name in _NUMBERS}
    graders = metrics.grader_tokens
    tokens = None if graders is None else {model: asdict(used) for model, used in graders.items()}
    return {
        "job_id": job.id,
        "team_id": job.team_id,
        "step": metrics.step,
        "at": at,
        "grader_tokens": tokens,
        **measured,
    }


def _portions(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]
