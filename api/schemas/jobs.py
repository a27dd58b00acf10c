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
from api.schemas.training import EarlyStopSchema, GraderJson, Hyperparameters, Method, reward_of
from shared.jobs.actions import Order
from shared.jobs.following.progress import shown
from shared.jobs.tables import AtMaxCost, Origin, Wish
from shared.lifecycles import JobStatus
from shared.providers.tiers import ServiceTier

Label = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]
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


class JobSubmit(Schema):
    """`connection_id` left out: the cheapest connection that can train the model. `max_cost_usd`: refuse if it may cost more,
    and pause it (or cancel it, where it cannot be paused, or `at_max_cost` says so) when the work that was seen costs so much.

    `model`: one of the catalogue, or a tuned model or checkpoint of yours (by registry id or provider's name) to go on from.
    `method`: `supervised` for a dataset of chats, `dpo` for one of preferences, `reinforcement` for one whose answers a `grader`
    rewards: then a validation dataset is needed, and since that is billed by time, `max_cost_usd` (or else the high end of the
    estimate) is held and is where the job is stopped.
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
    grader: GraderJson | None = None
    response_format: (
        Annotated[dict[str, Any], Field(description="For reinforcement: the JSON Schema that answers are to fit.")]
        | None
    ) = None
    max_cost_usd: Amount | None = None
    at_max_cost: AtMaxCost = AtMaxCost.PAUSE
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
            reward=reward_of(self.grader, self.response_format),
            max_cost=self.max_cost_usd,
            at_max_cost=self.at_max_cost,
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
    `progress` has `step`, `total_steps`, `percent`, `seconds_left`, `train_loss` and `valid_loss`, as far as they are known; of
    reinforcement `train_reward`, `valid_reward` and `reasoning_tokens`, and the `hours` and `cost_usd` that may be billed so far.
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
            "at_max_cost": "pause",
            "grader": None,
            "response_format": None,
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
            "billed_seconds": None,
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
    grader: dict[str, Any] | None
    response_format: dict[str, Any] | None
    suffix: str | None
    seed: int | None
    labels: dict[str, str]
    priority: int
    group_id: GroupId | None
    retry_of: JobId | None
    max_cost: Money | None
    at_max_cost: AtMaxCost
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
    billed_seconds: int | None
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
    """What was measured at one step; null = not measured there. Rewards, tokens of thought and seconds are of reinforcement."""

    model_config = example(
        {
            "step": 120,
            "train_loss": 0.41,
            "train_accuracy": 0.9,
            "valid_loss": None,
            "valid_accuracy": None,
            "train_reward": None,
            "valid_reward": None,
            "reasoning_tokens": None,
            "seconds": None,
        }
    )
    step: int
    train_loss: float | None
    train_accuracy: float | None
    valid_loss: float | None
    valid_accuracy: float | None
    train_reward: float | None
    valid_reward: float | None
    reasoning_tokens: float | None
    seconds: float | None


class JobMetrics(WholeList):
    """All steps, the first first."""

    data: list[JobMetricSchema]
