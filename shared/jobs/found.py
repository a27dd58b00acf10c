"""Jobs that were not ordered here, or of which the record is lost: rows made from what their provider tells.

Such a row runs, whatever its provider says of it: the next round of looks reads its events, its checkpoints and its end, and
registers its model, as of any other job. Asks no provider.
"""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import ids
from shared.connections.tables import Connection
from shared.db import now, ring, today
from shared.errors import PriceUnknown
from shared.ids import ConnectionId, JobId, KeyId, TeamId
from shared.jobs.costs.timing import TIMED
from shared.jobs.endings import succeed
from shared.jobs.story import move
from shared.jobs.tables import Job, Origin
from shared.jobs.tags import Tag
from shared.lifecycles import JobStatus
from shared.money import ZERO, Usd, per_million
from shared.providers.base import Finished, ProviderJob
from shared.providers.found import JobFacts, TunedModel, base_of
from shared.providers.tiers import training_tiers
from shared.queue import Task
from shared.registry.tables import Model
from shared.spend import actions as spend
from shared.spend.actions import HoldRequest
from shared.spend.prices import Price, tuned
from shared.spend.pricing import price_on
from shared.spend.tables import SpendKind, Unit

NOBODY = KeyId("")
"""Who ordered a job of which the record is lost."""
_SUPERVISED = "supervised"
_NO_PRICE = ("0", "none")


@dataclass(frozen=True, slots=True)
class Owner:
    """For whom a job is taken in, and who wished it."""

    team_id: TeamId
    key_id: KeyId


def import_job(db: Session, connection: Connection, seen: ProviderJob, owner: Owner) -> Job:
    """Take in a job that was ordered past this service. Nothing is held or charged for it."""
    job = _new(db, connection, seen, owner, JobId(ids.new("job")))
    job.origin = Origin.IMPORTED
    job.usd_per_million, job.price_id = _NO_PRICE
    _begin(db, job, f"Imported from {connection.name}, where it is {seen.id}. Its training is not charged.")
    return job


def import_model(db: Session, connection: Connection, model: TunedModel, owner: Owner) -> Job:
    """Take in a tuned model of which the provider shows no job any more: with the little that its name tells of that."""
    bare = ProviderJob(
        "", "succeeded", Finished(model.name, None), "", created_at=model.created_at, facts=JobFacts(model.base_model)
    )
    job = _new(db, connection, bare, owner, JobId(ids.new("job")))
    job.origin, job.provider_job_id = Origin.IMPORTED, None
    job.usd_per_million, job.price_id = _NO_PRICE
    _begin(db, job, f"Imported from {connection.name}, which no longer shows the job that made {model.name}.")
    succeed(db, job, Finished(model.name, 0))
    return job


def restore_job(db: Session, connection: Connection, seen: ProviderJob, tag: Tag) -> Job:
    """Take in a job that was ordered here, and that the database has forgotten since. It is charged as any other."""
    job = _new(db, connection, seen, Owner(tag.team_id, NOBODY), tag.job_id)
    job.origin, job.epoch = Origin.RESTORED, tag.epoch
    unit = Unit.TRAINED_SECOND if job.method in TIMED else Unit.TRAINED
    price = training_price(db, connection, job.model, unit)
    job.usd_per_million, job.price_id = (str(price.usd_per_million), price.id) if price else _NO_PRICE
    told = "It is charged at today's price." if price else "No price is known for it, so that nothing can be charged."
    if job.method in TIMED:
        told += " What it may cost at most is not known any more: cancel it if it is to stop."
    _begin(db, job, f"Found again at the provider as {seen.id}; the record of its order was lost. {told}")
    return job


def training_price(db: Session, connection: Connection, model: str, unit: Unit = Unit.TRAINED) -> Price | None:
    """What training a base model costs on a connection today, by tokens at its usual tier, or by time; None = not known."""
    tiers = training_tiers(connection.provider, connection.api_version)
    try:
        return price_on(connection, model, tuned(tiers[0] if tiers else None), unit, today(db))
    except PriceUnknown:
        return None


def estimated_cost(db: Session, connection: Connection, model: str | None, tokens: int | None) -> Usd | None:
    """What so many tokens of training cost, if that is known."""
    price = training_price(db, connection, base_of(model)) if model and tokens is not None else None
    return None if price is None or tokens is None else per_million(tokens, Decimal(price.usd_per_million))


def known_jobs(db: Session, connection: Connection, provider_job_ids: Collection[str]) -> dict[str, JobId]:
    """Which of a provider's jobs are here, by its ids. Two connections may lead to one account; other servers'
    jobs may have the same ids.
    """
    there = select(Connection.id).where(
        Connection.provider == connection.provider, Connection.base_url == connection.base_url
    )
    found = select(Job.provider_job_id, Job.id).where(Job.provider_job_id.in_(provider_job_ids))
    rows = db.execute(found.where(Job.connection_id.in_(there)))
    return {provider_job_id: job_id for provider_job_id, job_id in rows if provider_job_id}


def told_of(seen: ProviderJob) -> dict[str, Any]:
    """What a provider tells of how a job was ordered, as it is kept for the lineage."""
    facts = seen.facts
    return {
        "ordered_at": seen.created_at.isoformat() if seen.created_at else None,
        "finished_at": facts.finished_at.isoformat() if facts.finished_at else None,
        "training_file": seen.training_file_id or None,
        "validation_file": facts.validation_file_id,
        "trained_tokens": seen.trained_tokens,
        "integrations": [dict(one) for one in facts.integrations],
    }


def refresh(job: Job, seen: ProviderJob) -> None:
    """What was still to be settled when it was taken in may be known now."""
    job.told = told_of(seen)
    job.hyperparameters = dict(seen.hyperparameters) or job.hyperparameters
    job.estimate = {**job.estimate, "billed_tokens": seen.trained_tokens or 0, "n_epochs": seen.n_epochs or 0}


def _new(db: Session, connection: Connection, seen: ProviderJob, owner: Owner, job_id: JobId) -> Job:
    facts = seen.facts
    trained = facts.model or "unknown"
    root = _registered(db, connection.id, trained)
    return Job(
        id=job_id,
        team_id=owner.team_id,
        created_by=owner.key_id,
        connection_id=connection.id,
        created_at=seen.created_at or now(),
        model=root.base_model if root else base_of(trained),
        trained_from=trained if base_of(trained) != trained or root else None,
        continues=_continued(root),
        method=facts.method or _SUPERVISED,
        hyperparameters=dict(seen.hyperparameters),
        suffix=facts.suffix,
        seed=facts.seed,
        labels={},
        estimate={
            "examples": 0,
            "tokens_per_epoch": 0,
            "n_epochs": seen.n_epochs or 0,
            "billed_tokens": seen.trained_tokens or 0,
            "grader_prices": {},
        },
        held=ZERO,
        told=told_of(seen),
        status=JobStatus.RUNNING,
        training_file_id=seen.training_file_id or None,
        validation_file_id=facts.validation_file_id,
        provider_job_id=seen.id,
        provider_status=seen.status,
        due_at=now(),
    )


def _begin(db: Session, job: Job, message: str) -> None:
    db.add(job)
    db.flush()
    spend.hold_nothing(db, HoldRequest(job.team_id, job.id, SpendKind.TRAINING, ZERO))
    move(db, job, JobStatus.RUNNING, message, code=job.origin)
    ring(db, Task.POLL_JOBS)


def _registered(db: Session, connection_id: ConnectionId, name: str) -> Model | None:
    named = (Model.connection_id == connection_id, Model.provider_model == name)
    return db.scalars(select(Model).where(*named).limit(1)).one_or_none()


def _continued(root: Model | None) -> dict[str, Any] | None:
    if root is None:
        return None
    return {"model_id": root.id, "provider_model": root.provider_model, "job_id": root.job_id}
