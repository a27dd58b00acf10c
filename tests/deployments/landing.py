"""A team with a model that was trained on Azure, and a connection through which it can be deployed."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shared.spend.queries import wrong_totals
from tests.support.office import Answer, Office

PROMPT = {"messages": [{"role": "user", "content": "Where is my parcel?"}], "max_completion_tokens": 5}


@dataclass(frozen=True)
class Landing:
    """`model` as the registry shows it."""

    office: Office
    connection: str
    model: dict[str, Any]

    def order(self, **more: Any) -> Answer:
        return self.office.lab.lead.post("/v1/deployments", json={"model": self.model["id"]} | more)

    def deploy(self, **more: Any) -> dict[str, Any]:
        made = self.order(**more)
        assert made.status_code == 202, made.text
        return dict(made.json())

    def look(self, deployment_id: str) -> dict[str, Any]:
        return self.office.look(f"/deployments/{deployment_id}")

    def until(self, deployment_id: str, status: str, step_seconds: float = 30) -> dict[str, Any]:
        for _ in range(20):
            self.office.drain()
            if (found := self.look(deployment_id))["status"] == status:
                return found
            self.office.pass_time(step_seconds)
        raise AssertionError(self.look(deployment_id))

    def until_ready(self, deployment_id: str) -> dict[str, Any]:
        return self.until(deployment_id, "ready")

    def ready(self, **more: Any) -> dict[str, Any]:
        return self.until_ready(self.deploy(**more)["id"])

    def remove(self, deployment_id: str, **query: Any) -> dict[str, Any]:
        asked = self.office.lab.lead.delete(f"/v1/deployments/{deployment_id}", params=query)
        assert asked.status_code == 202, asked.text
        return self.until(deployment_id, "deleted", 6)

    def ask(self, name: str | None = None) -> Answer:
        body = PROMPT | {"model": name or self.model["provider_model"]}
        return self.office.member.post("/openai/v1/chat/completions", json=body)

    # --- money ----------------------------------------------------------------------------------------------------------
    def hosting(self) -> Decimal:
        """What the spend report says of hosting."""
        rows = self.office.look("/spend?group_by=kind")["data"]
        return sum((Decimal(row["amount"]) for row in rows if row["kind"] == "hosting"), Decimal(0))

    def billed(self) -> Decimal:
        """What the provider's own books say of it."""
        hosted = self.office.lab.sandbox.ledger(self.office.resource)["hosting"]
        return sum((Decimal(one["amount_usd"]) for one in hosted), Decimal(0))

    def budget(self, name: str) -> Decimal:
        return Decimal(self.office.look(f"/teams/{self.office.lab.team_id}/budget")[name])

    def check_books(self) -> None:
        with self.office.lab.context.database.reading() as db:
            assert wrong_totals(db) == []

    def standing(self) -> list[str]:
        """The names of the deployments that stand at the provider."""
        hosted = self.office.lab.sandbox.ledger(self.office.resource)["hosting"]
        return [one["name"] for one in hosted if one["stands"]]
