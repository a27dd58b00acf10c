"""Groups of jobs on the wire: what is ordered together."""

from itertools import product
from math import prod
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from api.schemas.after import EvaluationPlanIn
from api.schemas.base import (
    Amount,
    ConnectionId,
    DatasetId,
    ModelName,
    Name,
    Schema,
    example,
)
from api.schemas.jobs import Label
from api.schemas.training import EarlyStopSchema, Hyperparameters
from shared.groups.asked import MOST_JOBS, GroupOrder, PlannedJob
from shared.jobs.actions import Order
from shared.providers.tiers import ServiceTier

_ORDER: dict[str, Any] = {
    "name": "which base, and how much data",
    "dataset_id": "ds_01h455vb4pex5vsknk084sn02q",
    "validation_dataset_id": "ds_01h455vb4pex5vsknk084sn02r",
    "models": [{"model": "gpt-4.1-mini-2025-04-14"}, {"model": "gpt-4.1-nano-2025-04-14"}],
    "grid": {"n_epochs": [1, 3]},
    "shares": [0.25, 1],
    "evaluation": {"graders": ["exact_match"]},
    "max_cost_usd": "20.00",
}

Grid = dict[str, Annotated[list[float | int], Field(min_length=1, max_length=MOST_JOBS)]]
DataShare = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]


class GroupModel(Schema):
    """What is trained, and where; `connection_id` left out: the cheapest connection that can. `tier`: on Azure."""

    model: ModelName
    connection_id: ConnectionId | None = None
    tier: ServiceTier | None = None


class JobGroupOrder(Schema):
    """Every model × every choice of hyperparameters × every share of the data: at most 24 jobs, ordered together or not at all.

    `grid`: every combination of these values; or `hyperparameters`: the choices themselves. `shares`: of the dataset's examples;
    a larger one holds all of a smaller one. `seed` chooses them, and is the seed of every training.
    `max_cost_usd`: the most that all jobs, and the evaluations after them, may cost together.
    """

    model_config = example(_ORDER)
    name: Name
    dataset_id: DatasetId
    validation_dataset_id: DatasetId | None = None
    models: Annotated[list[GroupModel], Field(min_length=1, max_length=MOST_JOBS)]
    method: Literal["supervised", "dpo"] = "supervised"
    hyperparameters: Annotated[list[Hyperparameters], Field(min_length=1, max_length=MOST_JOBS)] | None = None
    grid: Annotated[Grid, Field(min_length=1, max_length=8)] | None = None
    shares: Annotated[list[DataShare], Field(min_length=1, max_length=8)] = Field(default_factory=lambda: [1.0])
    seed: Annotated[int, Field(ge=0, le=2**31 - 1, strict=True)] = 0
    suffix: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$", max_length=64)] | None = None
    labels: Annotated[dict[Label, Label], Field(max_length=16, default_factory=dict)]
    priority: Annotated[int, Field(ge=-100, le=100, strict=True)] = 0
    early_stop: EarlyStopSchema | None = None
    evaluation: EvaluationPlanIn | None = None
    automatic_retries: Annotated[int, Field(ge=0, le=5, strict=True)] = 0
    max_cost_usd: Amount

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.hyperparameters is not None and self.grid is not None:
            raise ValueError("has hyperparameters and a grid: choose one of them")
        # Counted before any combination is made: a short body can ask for thousands of millions of them.
        n_choices = prod(map(len, self.grid.values())) if self.grid else len(self.hyperparameters or [None])
        n_jobs = len(self.models) * n_choices * len(set(self.shares))
        if n_jobs > MOST_JOBS:
            raise ValueError(f"makes {n_jobs} jobs; a group has at most {MOST_JOBS}")
        self._check_different()
        return self

    def _check_different(self) -> None:
        """Twice the same job is paid for twice, and says nothing that the first does not."""
        models = {(one.model, one.connection_id, one.tier) for one in self.models}
        if len(models) < len(self.models):
            raise ValueError("names a model twice: each pair of a model and where it is trained makes its own jobs")
        choices = {tuple(one.chosen().items()) for one in self.chosen()}
        if len(choices) < len(self.chosen()):
            raise ValueError("has the same choice of hyperparameters twice: leave one of them out")

    def chosen(self) -> list[Hyperparameters]:
        """Every choice of hyperparameters."""
        if self.grid is None:
            return self.hyperparameters or [Hyperparameters()]
        combined = product(*self.grid.values())
        return [Hyperparameters.model_validate(dict(zip(self.grid, one, strict=True))) for one in combined]

    def order(self) -> GroupOrder:
        planned_jobs = [
            PlannedJob(self._order(model, hyperparameters), share)
            for model, hyperparameters, share in product(self.models, self.chosen(), sorted(set(self.shares)))
        ]
        return GroupOrder(self.name, self.dataset_id, planned_jobs, self.max_cost_usd, self.seed)

    def _order(self, model: GroupModel, hyperparameters: Hyperparameters) -> Order:
        return Order(
            dataset_id=self.dataset_id,
            model=model.model,
            method=self.method,
            connection_id=model.connection_id,
            validation_dataset_id=self.validation_dataset_id,
            tier=model.tier,
            hyperparameters=hyperparameters.chosen(),
            suffix=self.suffix,
            seed=self.seed,
            labels=self.labels,
            priority=self.priority,
            early_stop=self.early_stop.rule() if self.early_stop else None,
            evaluation=self.evaluation.plan() if self.evaluation else None,
            automatic_retries=self.automatic_retries,
        )
