"""What the jobs of a group would cost together, before anything is ordered. Holds nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy.orm import Session

from shared.errors import MaxCostExceeded, Problem
from shared.evaluations.following import plan
from shared.evaluations.weighing import Scales
from shared.groups.asked import PlannedJob
from shared.ids import DatasetId
from shared.jobs.actions import draw_up
from shared.jobs.tables import Job
from shared.money import ZERO, Usd, total
from shared.teams.caller import TeamCaller

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Drawn:
    """A job of a group, drawn up. `scale`: it was drawn up on the whole dataset, and will have this share of it."""

    planned: PlannedJob
    job: Job
    scale: float = 1.0

    @property
    def training(self) -> Usd:
        """The most that its training can cost; with a scale, about that."""
        return _scaled(self.job.held, self.scale)

    @property
    def expected(self) -> Usd:
        return _scaled(Usd.parse(self.job.estimate["expected_usd"]), self.scale)

    @property
    def evaluation(self) -> Usd:
        """The most that its evaluation can cost."""
        return Usd.parse(self.job.evaluation["at_most_usd"]) if self.job.evaluation else ZERO

    @property
    def most(self) -> Usd:
        return self.training + self.evaluation


@dataclass(frozen=True, slots=True)
class Weighed:
    """A job of a group with what it would cost, or with the refusal that it would meet."""

    planned: PlannedJob
    drawn: Drawn | None = None
    refused: Problem | None = None


Asked = Sequence[tuple[PlannedJob, DatasetId]]
"""Each job with the dataset that it is trained on: that of its share, or the whole one while there is none."""


def draw_up_all(db: Session, scales: Scales, planned_jobs: Asked, caller: TeamCaller) -> list[Drawn]:
    """Every job and its evaluation. Raises what drawing up and planning raise, saying of which job."""
    weighed = weigh(db, scales, planned_jobs, caller)
    for one in weighed:
        if one.refused is not None:
            one.refused.detail = f"{one.planned.called}: {one.refused.detail}"
            raise one.refused
    return [one.drawn for one in weighed if one.drawn is not None]


def weigh(db: Session, scales: Scales, planned_jobs: Asked, caller: TeamCaller) -> list[Weighed]:
    """The same for each by itself, with the refusal that it would meet. On the whole dataset costs are scaled to the share."""
    return [_weigh(db, scales, planned, dataset_id, caller) for planned, dataset_id in planned_jobs]


def _weigh(db: Session, scales: Scales, planned: PlannedJob, dataset_id: DatasetId, caller: TeamCaller) -> Weighed:
    scale = planned.share if dataset_id == planned.order.dataset_id else 1.0
    try:
        job = draw_up(db, replace(planned.order, dataset_id=dataset_id), caller)
        plan(db, scales, job)
    except Problem as refusal:
        return Weighed(planned, refused=refusal)
    return Weighed(planned, Drawn(planned, job, scale))


def check_cap(drawn: Sequence[Drawn], max_cost: Usd) -> None:
    """Raises MaxCostExceeded, naming the dearest, when all together may cost more."""
    needed = total(one.most for one in drawn)
    if needed > max_cost:
        dearest = sorted(drawn, key=lambda one: one.most, reverse=True)[:_NAMED]
        raise MaxCostExceeded(needed, max_cost, [f"{one.planned.called} (${one.most})" for one in dearest])


def _scaled(amount: Usd, scale: float) -> Usd:
    return Usd(int(amount.nanos * Decimal(str(scale))))
