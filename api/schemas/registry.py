"""Tuned models on the wire."""

from datetime import date, datetime
from typing import Any

from api.schemas.base import ConnectionId, JobId, ModelId, Schema, example
from shared.lifecycles import ModelStatus

_MODEL: dict[str, Any] = {
    "id": "model_01h455vb4pex5vsknk084sn02q",
    "status": "active",
    "connection_id": "conn_01h455vb4pex5vsknk084sn02q",
    "provider_model": "ft:gpt-4.1-mini-2025-04-14:acme:triage:B1x9KdQe",
    "base_model": "gpt-4.1-mini-2025-04-14",
    "job_id": "job_01h455vb4pex5vsknk084sn02q",
    "step": None,
    "scores": {},
    "shutdown_date": None,
    "created_at": "2026-11-20T09:00:00Z",
}


class ModelSchema(Schema):
    """A tuned model. `scores`: by evaluation, what it found for this model.

    `step`: of a checkpoint, the step of its job after which it was kept; null = what the job made in the end.
    """

    model_config = example(_MODEL)
    id: ModelId
    status: ModelStatus
    connection_id: ConnectionId
    provider_model: str
    base_model: str
    job_id: JobId
    step: int | None
    scores: dict[str, Any]
    shutdown_date: date | None
    created_at: datetime


class LineageSchema(ModelSchema):
    """A tuned model with where it came from: datasets with digests, method, hyperparameters, tokens, cost."""

    model_config = example(
        {
            **_MODEL,
            "lineage": {"dataset_sha256": "9f86d081…", "method": "supervised", "hyperparameters": {"n_epochs": 3}},
        }
    )
    lineage: dict[str, Any]
