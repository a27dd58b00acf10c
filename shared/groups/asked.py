"""What a group is asked for: jobs that differ, each on a share of one dataset. Between values and JSON. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from shared.ids import DatasetId
from shared.jobs.actions import Order
from shared.jobs.after import EvaluationPlan
from shared.jobs.costs.stopping import EarlyStop
from shared.money import Usd
from shared.providers.tiers import ServiceTier

MOST_JOBS = 24
"""In one group: its holds are made in one transaction, and its comparison is one table."""

_KEPT = (
    "model", "method", "connection_id", "validation_dataset_id", "hyperparameters", "suffix", "seed", "labels",
    "priority", "automatic_retries",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlannedJob:
    """One job of a group: how it is ordered, and on which share of the data. The order names the whole dataset."""

    order: Order
    share: float = 1.0

    def as_json(self) -> dict[str, Any]:
        order = self.order
        return {name: getattr(order, name) for name in _KEPT} | {
            "share": self.share,
            "tier": order.tier,
            "early_stop": asdict(order.early_stop) if order.early_stop else None,
            "evaluation": order.evaluation.as_json() if order.evaluation else None,
        }

    @classmethod
    def from_json(cls, dataset_id: DatasetId, stored: Mapping[str, Any]) -> "PlannedJob":
        """What `as_json` made, read back."""
        order = Order(
            dataset_id=dataset_id,
            tier=ServiceTier(stored["tier"]) if stored["tier"] else None,
            early_stop=EarlyStop(**stored["early_stop"]) if stored["early_stop"] else None,
            evaluation=EvaluationPlan.from_json(stored["evaluation"]) if stored["evaluation"] else None,
            **{name: stored[name] for name in _KEPT},
        )
        return cls(order, stored["share"])

    @property
    def called(self) -> str:
        """In a refusal: what tells it from the others."""
        chosen = [f"{name} {value}" for name, value in self.order.hyperparameters.items()]
        share = [f"{self.share:g} of the data"] if self.share != 1 else []
        return ", ".join([self.order.model, *chosen, *share])


@dataclass(frozen=True, slots=True)
class GroupOrder:
    """Jobs that are ordered together, or not at all. `max_cost`: of all of them, with the evaluations after them.

    `seed` chooses the examples of shares below 1.
    """

    name: str
    dataset_id: DatasetId
    planned_jobs: Sequence[PlannedJob]
    max_cost: Usd
    seed: int = 0

    @property
    def has_shares(self) -> bool:
        return any(planned.share != 1 for planned in self.planned_jobs)
