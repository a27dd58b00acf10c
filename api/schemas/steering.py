"""What is said to jobs that have been ordered: once more, with changes, and what became of an unknown one."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from api.schemas.after import EvaluationPlanIn
from api.schemas.base import Amount, ConnectionId, DatasetId, ModelName, Schema, example
from api.schemas.integrations import Integrations
from api.schemas.jobs import Label
from api.schemas.training import EarlyStopSchema, GraderJson, Hyperparameters, Method, reward_of
from shared.jobs.steering import Again, Resolution
from shared.jobs.tables import AtMaxCost
from shared.providers.tiers import ServiceTier


class JobRetry(Schema):
    """What is to be otherwise; what is left out stays as it was. `hyperparameters` are taken whole, not one by one, and a
    `grader` comes with its `response_format`.
    """

    model_config = example({"hyperparameters": {"n_epochs": 2}, "max_cost_usd": "5.00"})
    dataset_id: DatasetId | None = None
    validation_dataset_id: DatasetId | None = None
    connection_id: ConnectionId | None = None
    model: ModelName | None = None
    method: Method | None = None
    tier: ServiceTier | None = None
    hyperparameters: Hyperparameters | None = None
    suffix: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$", max_length=64)] | None = None
    seed: Annotated[int, Field(ge=0, le=2**31 - 1, strict=True)] | None = None
    grader: GraderJson | None = None
    response_format: dict[str, Any] | None = None
    max_cost_usd: Amount | None = None
    at_max_cost: AtMaxCost | None = None
    labels: Annotated[dict[Label, Label], Field(max_length=16)] | None = None
    priority: Annotated[int, Field(ge=-100, le=100, strict=True)] | None = None

    early_stop: EarlyStopSchema | None = None
    evaluation: EvaluationPlanIn | None = None
    automatic_retries: Annotated[int, Field(ge=0, le=5, strict=True)] | None = None
    integrations: Integrations | None = None

    def again(self) -> Again:
        changes: dict[str, Any] = {name: getattr(self, name) for name in self.model_fields_set}
        if self.hyperparameters is not None:
            changes["hyperparameters"] = self.hyperparameters.chosen()
        if self.early_stop is not None:
            changes["early_stop"] = self.early_stop.rule()
        changes["reward"] = reward_of(changes.pop("grader", None), changes.pop("response_format", None))
        if self.evaluation is not None:
            changes["evaluation"] = self.evaluation.plan()
        if self.integrations is not None:
            changes["integrations"] = [one.told() for one in self.integrations]
        if "max_cost_usd" in changes:
            changes["max_cost"] = changes.pop("max_cost_usd")
        return Again({name: value for name, value in changes.items() if value is not None})


class JobResolve(Schema):
    model_config = example({"how": "adopt"})
    how: Resolution
