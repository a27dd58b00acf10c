"""Jobs on the wire: what is ordered, how it stands, what happened."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from api.schemas.after import EvaluationPlanIn, JobEvaluationSchema
from api.schemas.base import (
    Amount,
    ConnectionId,
    DatasetId,
    GroupId,
    JobId,
    ModelName,
    Money,
    Schema,
    TeamId,
    WholeList,
    example,
)
from api.schemas.integrations import Integrations, IntegrationSchema
from shared.jobs.actions import Order
from shared.jobs.progress import shown
from shared.jobs.stopping import EarlyStop
from shared.jobs.tables import Origin, Wish
from shared.lifecycles import JobStatus
from shared.providers.tiers import ServiceTier

Label = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]
Method = Literal["supervised", "dpo"]

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, strict=True)]

_HYPERPARAMETERS: dict[str, Any] = {"n_epochs": 3, "batch_size": None, "learning_rate_multiplier": None}
_ORDER: dict[str, Any] = {
    "dataset_id": "ds_01h455vb4pex5vsknk084sn02q",
    "model": "gpt-4.1-mini-2025-04-14",
    "method": "supervised",
    "hyperparameters": {"n_epochs": 3},
    "suffix": "triage-v3",
    "max_cost_usd": "5.00",
    "labels": {"project": "support"},
    "priority": 0,
}


class Hyperparameters(Schema):
    """What is left out (or null) is the provider's to choose. OpenAI and Azure take the first three; compatible servers take
    a `learning_rate` in place of the multiplier, and those below it.

    `beta` is for `dpo`; on Azure `l2_multiplier` is too, and `prompt_loss_weight` is for `supervised`. Elsewhere they are refused.
    """

    model_config = example(_HYPERPARAMETERS)
    n_epochs: Annotated[int, Field(ge=1, le=50, strict=True)] | None = None
    batch_size: Annotated[int, Field(ge=1, le=256, strict=True)] | None = None
    learning_rate_multiplier: Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False, strict=True)] | None = None
    beta: Annotated[float, Field(gt=0, le=2, allow_inf_nan=False, strict=True)] | None = None
    l2_multiplier: Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False, strict=True)] | None = None
    prompt_loss_weight: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False, strict=True)] | None = None
    learning_rate: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False, strict=True)] | None = None
    warmup_ratio: Share | None = None
    weight_decay: Share | None = None
    lora_r: Annotated[int, Field(ge=1, le=1024, strict=True)] | None = None
    lora_alpha: Annotated[int, Field(ge=1, le=4096, strict=True)] | None = None
    lora_dropout: Share | None = None

    def chosen(self) -> dict[str, int | float]:
        return {name: value for name, value in self.model_dump().items() if value is not None}


class EarlyStopSchema(Schema):
    """The job is cancelled when in so many `evaluations` in a row the metric was no better than the best one before them."""

    model_config = example({"metric": "valid_loss", "evaluations": 3})
    metric: Literal["valid_loss"] = "valid_loss"
    evaluations: Annotated[int, Field(ge=1, le=100, strict=True)]

    def rule(self) -> EarlyStop:
        return EarlyStop(self.metric, self.evaluations)


class JobSubmit(Schema):
    """`connection_id` left out: the cheapest connection that can train the model. `max_cost_usd`: refuse if it may cost more,
    and pause it (or cancel it, where it cannot be paused) when the work that was seen costs so much.

    `model`: one of the catalogue, or a tuned model or checkpoint of yours (by registry id or provider's name) to go on from.
    `method`: `supervised` for a dataset of chats, `dpo` for one of preferences.
    `tier` is for Azure: where it is trained, which decides the price; left out, `global` where the connection's API knows tiers.
    """

    model_config = example(_ORDER)
    dataset_id: DatasetId
    validation_dataset_id: DatasetId | None = None
    connection_id: ConnectionId | None = None
    model: ModelName
    method: Method = "supervised"
    tier: ServiceTier | None = None
    hyperparameters: Hyperparameters = Hyperparameters()
    suffix: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$", max_length=64)] | None = None
    seed: Annotated[int, Field(ge=0, le=2**31 - 1, strict=True)] | None = None
    max_cost_usd: Amount | None = None
    labels: Annotated[dict[Label, Label], Field(max_length=16, default_factory=dict)]
    priority: Annotated[
        int, Field(ge=-100, le=100, strict=True, description="Of the team's own queued jobs the highest goes first.")
    ] = 0

    not_before: Annotated[AwareDatetime, Field(description="It waits here until then, with its money held.")] | None = (
        None
    )
    early_stop: EarlyStopSchema | None = None
    evaluation: EvaluationPlanIn | None = None
    integrations: Integrations = Field(default_factory=list)
    automatic_retries: Annotated[
        int,
        Field(
            ge=0,
            le=5,
            strict=True,
            description="Ordered again so often when the provider fails, never for faults of data.",
        ),
    ] = 0

    def order(self) -> Order:
        return Order(
            dataset_id=self.dataset_id,
            model=self.model,
            method=self.method,
            connection_id=self.connection_id,
            validation_dataset_id=self.validation_dataset_id,
            tier=self.tier,
            hyperparameters=self.hyperparameters.chosen(),
            suffix=self.suffix,
            seed=self.seed,
            max_cost=self.max_cost_usd,
            labels=self.labels,
            priority=self.priority,
            not_before=self.not_before,
            early_stop=self.early_stop.rule() if self.early_stop else None,
            evaluation=self.evaluation.plan() if self.evaluation else None,
            automatic_retries=self.automatic_retries,
            integrations=[one.told() for one in self.integrations],
        )


class QueueSchema(Schema):
    """Where a queued job stands: `position` counts from 1 (null: its time has not come), `reason` says what it waits for."""

    model_config = example(
        {"position": 3, "reason": "3 of 3 running on azure-sweden; 2 jobs of other teams are before it."}
    )
    position: int | None
    reason: str


class JobSchema(Schema):
    """`status` is where it stands, `reason` why, `provider_status` the provider's own word. `held` is set aside until the end.

    `origin`: `ordered` here, `imported` from the provider, or `restored` (ordered here, and found again after its record was
    lost); of the latter two no `dataset_id` is known.

    `model` is the base model; `trained_from` what is trained further, if that is another.
    `queue` is there while it is queued; `wish` while it is to pause or to go on and the provider has not done so yet.
    `progress` has `step`, `total_steps`, `percent`, `seconds_left`, `train_loss` and `valid_loss`, as far as they are known.
    """

    model_config = example(
        {name: value for name, value in _ORDER.items() if name != "max_cost_usd"}
        | {
            "id": "job_01h455vb4pex5vsknk084sn02q",
            "team_id": "team_01h455vb4pex5vsknk084sn02q",
            "origin": "ordered",
            "validation_dataset_id": None,
            "connection_id": "conn_01h455vb4pex5vsknk084sn02q",
            "seed": None,
            "trained_from": None,
            "group_id": None,
            "retry_of": None,
            "max_cost": "5.00",
            "not_before": None,
            "early_stop": None,
            "evaluation": None,
            "automatic_retries": 0,
            "integrations": [],
            "wish": None,
            "status": "running",
            "reason": "The provider has taken the job as ftjob-Qz81.",
            "reason_code": None,
            "queue": None,
            "provider_status": "running",
            "provider_job_id": "ftjob-Qz81",
            "progress": {"step": 120, "total_steps": 300, "percent": 40.0, "seconds_left": 95, "train_loss": 0.41},
            "estimate": {"n_epochs": 3, "billed_tokens": 24759, "expected_usd": "0.123795", "high_usd": "0.129985"},
            "held": "0.129985",
            "billed_tokens": None,
            "fine_tuned_model": None,
            "created_at": "2026-11-20T09:00:00Z",
            "started_at": "2026-11-20T09:00:04Z",
            "finished_at": None,
        }
    )
    id: JobId
    team_id: TeamId
    origin: Origin
    dataset_id: DatasetId | None
    validation_dataset_id: DatasetId | None
    connection_id: ConnectionId
    model: str
    trained_from: str | None
    method: str
    tier: ServiceTier | None
    hyperparameters: dict[str, Any]
    suffix: str | None
    seed: int | None
    labels: dict[str, str]
    priority: int
    group_id: GroupId | None
    retry_of: JobId | None
    max_cost: Money | None
    not_before: datetime | None
    early_stop: EarlyStopSchema | None
    evaluation: JobEvaluationSchema | None
    automatic_retries: int
    integrations: list[IntegrationSchema]
    wish: Wish | None
    status: JobStatus
    reason: str | None
    reason_code: str | None
    queue: QueueSchema | None = None
    provider_status: str | None
    provider_job_id: str | None
    progress: Annotated[dict[str, Any], AfterValidator(shown)]
    estimate: dict[str, Any]
    held: Money
    billed_tokens: int | None
    fine_tuned_model: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


_EVENT: dict[str, Any] = {
    "id": 4711,
    "at": "2026-11-20T09:00:20Z",
    "kind": "progress",
    "level": "info",
    "message": "Step 120/300: training loss=0.41",
    "data": {"step": 120, "total_steps": 300, "percent": 40.0, "train_loss": 0.41, "seconds_left": 95},
}


class JobEventSchema(Schema):
    """`kind`: `status` (a move of ours), `progress` (a measured step) or `provider` (the provider's own log)."""

    model_config = example(_EVENT)
    id: int
    at: datetime
    kind: Literal["status", "progress", "provider"]
    level: str
    message: str
    data: dict[str, Any]


class JobMetricSchema(Schema):
    """What was measured at one step; null = not measured there."""

    model_config = example(
        {"step": 120, "train_loss": 0.41, "train_accuracy": 0.9, "valid_loss": None, "valid_accuracy": None}
    )
    step: int
    train_loss: float | None
    train_accuracy: float | None
    valid_loss: float | None
    valid_accuracy: float | None


class JobMetrics(WholeList):
    """All steps, the first first."""

    data: list[JobMetricSchema]
