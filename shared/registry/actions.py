"""What changes the registry: a finished job's model enters, evaluations leave scores, a model is retired."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import ids
from shared.ids import ConnectionId, EvaluationId, JobId, ModelId, TeamId
from shared.lifecycles import ModelStatus
from shared.notices.actions import tell
from shared.registry.tables import Model


@dataclass(frozen=True, slots=True)
class Registration:
    """A model that a job made. `lineage` is kept as it is given: where the model came from, down to digests and cost."""

    team_id: TeamId
    job_id: JobId
    connection_id: ConnectionId
    provider_model: str
    base_model: str
    lineage: Mapping[str, Any]
    shutdown_date: date | None = None
    step: int | None = None
    """Of a checkpoint: after which step. None = what the job made in the end."""


def register(db: Session, registration: Registration) -> Model:
    """Take a job's model, or a checkpoint of it, into the registry; what is registered already stays as it is."""
    if (known := _known(db, registration)) is not None:
        return known
    model = Model(
        id=ModelId(ids.new("model")),
        team_id=registration.team_id,
        status=ModelStatus.ACTIVE,
        connection_id=registration.connection_id,
        provider_model=registration.provider_model,
        base_model=registration.base_model,
        job_id=registration.job_id,
        step=registration.step,
        lineage=dict(registration.lineage),
        shutdown_date=registration.shutdown_date,
    )
    db.add(model)
    db.flush()
    tell(db, model.team_id, "model.registered", model.id, provider_model=model.provider_model, job_id=model.job_id)
    return model


def _known(db: Session, registration: Registration) -> Model | None:
    """Some servers call a job's model by its last checkpoint: then the two are one."""
    same = Model.step.is_not_distinct_from(registration.step) | (Model.provider_model == registration.provider_model)
    return db.scalars(select(Model).where(Model.job_id == registration.job_id, same).limit(1)).one_or_none()


def record_scores(db: Session, model_id: ModelId, evaluation_id: EvaluationId, scores: Mapping[str, Any]) -> None:
    """Keep what an evaluation found for a model. Two evaluations that end together both stay."""
    model = db.get_one(Model, model_id, with_for_update=True, populate_existing=True)
    model.scores = {**model.scores, evaluation_id: dict(scores)}


def retire(db: Session, model: Model) -> None:
    """Take a model out of use for good. Whether anything still points to it is `serving`'s to ask first."""
    if model.status is ModelStatus.ACTIVE:
        model.status = ModelStatus.DEPRECATED
    model.status = ModelStatus.RETIRED
    db.flush()
