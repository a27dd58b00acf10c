"""Checkpoints on the wire: what a job's provider kept on the way."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from api.schemas.base import ModelId, Schema, WholeList, example
from shared.jobs.following.checkpoints import Kept

_TOLD = ("step", "model", "model_id", "at")


class JobCheckpointSchema(Schema):
    """A model as it was after some step. `model_id`: what it is in the registry, once it was registered."""

    model_config = example(
        {
            "step": 202,
            "model": "ft:gpt-4.1-mini-2025-04-14:acme:triage-v3:B1x9KdQe:ckpt-step-202",
            "model_id": None,
            "metrics": {"train_loss": 0.31},
            "at": "2026-11-20T09:10:00Z",
        }
    )
    step: int
    model: str
    model_id: ModelId | None
    metrics: dict[str, float]
    at: datetime

    @classmethod
    def of(cls, kept: Kept) -> "JobCheckpointSchema":
        one = kept.checkpoint
        return cls(step=one.step, model=one.model, model_id=kept.model_id, metrics=one.metrics, at=one.at)

    @classmethod
    def columns(cls, some: Iterable["JobCheckpointSchema"]) -> Sequence[str]:
        """Of a table: what is told of each, and whatever was measured of any."""
        measured = {name for one in some for name in one.metrics}
        return [*_TOLD, *sorted(measured - {*_TOLD})]

    def row(self) -> Mapping[str, Any]:
        return self.metrics | {name: getattr(self, name) for name in _TOLD}


class JobCheckpoints(WholeList):
    """What the provider has kept, the earliest step first."""

    data: list[JobCheckpointSchema]
