"""Deployments on the wire."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints, model_validator

from api.schemas.base import ConnectionId, DeploymentId, ModelId, ModelName, Money, Schema, TeamId, example
from shared.deployments.actions import Order
from shared.deployments.hosting import usd_per_hour
from shared.deployments.policies import delete_at
from shared.deployments.tables import Deployment, WhenBudgetIsGone
from shared.lifecycles import DeploymentStatus
from shared.providers.deploying import Sku

_ORDER: dict[str, Any] = {
    "model": "model_01h455vb4pex5vsknk084sn02q",
    "sku": "GlobalStandard",
    "capacity": 50,
    "when_budget_is_gone": "delete",
    "delete_when_idle_days": 7,
}
DeploymentName = Annotated[
    str,
    StringConstraints(min_length=2, max_length=64, pattern=r"^[a-z0-9][a-z0-9-]*[a-z0-9]$"),
    Field(description="What the resource knows it by. Left out: made from the base model's name."),
]


class DeploymentCreate(Schema):
    """`model`: a tuned model of the team, or a checkpoint that one of its jobs left. `capacity`: thousands of tokens a minute.

    `when_budget_is_gone` `delete`: shortly before what is held for it runs out, as a rule a day after the budget stopped covering
    it. `delete_when_idle_days` null: only say so.
    """

    model_config = example(_ORDER)
    model: ModelName
    connection_id: ConnectionId | None = None
    name: DeploymentName | None = None
    sku: Sku = Sku.GLOBAL_STANDARD
    capacity: Annotated[int, Field(ge=1, le=10_000, strict=True)] = 50
    when_budget_is_gone: WhenBudgetIsGone = WhenBudgetIsGone.WARN
    delete_when_idle_days: Annotated[int, Field(ge=1, le=365, strict=True)] | None = None

    def order(self) -> Order:
        return Order(
            model=self.model,
            connection_id=self.connection_id,
            name=self.name,
            sku=self.sku,
            capacity=self.capacity,
            when_budget_is_gone=self.when_budget_is_gone,
            delete_when_idle_days=self.delete_when_idle_days,
        )


class DeploymentSchema(Schema):
    """`model` is what the provider calls it, `name` what it is called by there. `hours_charged` hours have begun at
    `usd_per_hour`. `expires_at`: when the provider deletes it by itself; `delete_at`: when it will be deleted as things stand.
    """

    model_config = example(
        _ORDER
        | {
            "id": "dep_01h455vb4pex5vsknk084sn02q",
            "team_id": "team_01h455vb4pex5vsknk084sn02q",
            "connection_id": "conn_01h455vb4pex5vsknk084sn02q",
            "model": "gpt-4.1-2025-04-14.ft-0f3c9d-triage",
            "model_id": "model_01h455vb4pex5vsknk084sn02q",
            "base_model": "gpt-4.1-2025-04-14",
            "name": "gpt-4-1-2025-04-14-k084sn02",
            "status": "ready",
            "reason": "Answers as gpt-4-1-2025-04-14-k084sn02.",
            "provider_status": "Succeeded",
            "usd_per_hour": "1.70",
            "hours_charged": 5,
            "last_asked_at": "2026-11-20T13:10:00Z",
            "created_at": "2026-11-20T09:00:00Z",
            "ready_at": "2026-11-20T09:02:10Z",
            "delete_at": "2026-11-27T13:10:00Z",
        }
    )
    id: DeploymentId
    team_id: TeamId
    connection_id: ConnectionId
    model: str
    model_id: ModelId | None
    base_model: str
    name: str
    sku: Sku
    capacity: int
    when_budget_is_gone: WhenBudgetIsGone
    delete_when_idle_days: int | None
    status: DeploymentStatus
    reason: str | None
    reason_code: str | None
    provider_status: str | None
    usd_per_hour: Money
    hours_charged: int
    last_asked_at: datetime | None
    created_at: datetime
    ready_at: datetime | None
    expires_at: datetime | None
    delete_at: datetime | None
    ended_at: datetime | None

    @model_validator(mode="before")
    @classmethod
    def _of_row(cls, given: Any) -> Any:
        """A row, with what is computed from it."""
        if not isinstance(given, Deployment):
            return given
        stored = {name: getattr(given, name) for name in cls.model_fields if hasattr(given, name)}
        planned = None if given.ended_at is not None else delete_at(given)
        return stored | {"usd_per_hour": usd_per_hour(given), "delete_at": planned}
