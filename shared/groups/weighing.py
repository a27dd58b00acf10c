"""What the jobs of a group would cost together, before anything is ordered. Holds nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy.orm import Session

from shared.errors import MaxCostExceeded, Problem
from shared.evaluations.following import plan_all
from shared.evaluations.weighing import names_of
from shared.groups.asked import Member
from shared.ids import DatasetId, ModelId
from shared.jobs.actions import draw_up
from shared.jobs.tables import Job
from shared.money import ZERO, Usd, total
from shared.storage import Storage
from shared.teams.caller import TeamCaller

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Drawn:
    """A job of a group, drawn up. `scale`: it was drawn up on the whole dataset, and will have this share of it."""

    member: Member
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

    member: Member
    drawn: Drawn | None = None
    refused: Problem | None = None


def draw_up_all(
    db: Session,
    storage: Storage,
    members: Sequence[tuple[Member, DatasetId]],
    caller: TeamCaller,
    aliases: Mapping[str, ModelId],
) -> list[Drawn]:
    """Every job on the dataset that was made for it. Raises what drawing up and planning raise, saying of which job."""
    weighed = weigh(db, storage, members, caller, aliases)
    for one in weighed:
        if one.refused is not None:
            one.refused.detail = f"{one.member.called}: {one.refused.detail}"
            raise one.refused
    return [one.drawn for one in weighed if one.drawn is not None]


def weigh(
    db: Session,
    storage: Storage,
    members: Sequence[tuple[Member, DatasetId]],
    caller: TeamCaller,
    aliases: Mapping[str, ModelId],
) -> list[Weighed]:
    """The same for each by itself. On the whole dataset (of which a share is not written yet) costs are scaled."""
    names = names_of(db, caller.team_id, aliases)
    found: list[Weighed] = []
    for member, dataset_id in members:
        scale = member.share if dataset_id == member.order.dataset_id else 1.0
        try:
            job = draw_up(db, replace(member.order, dataset_id=dataset_id), caller)
            plan_all(db, storage, [job], names)
            found.append(Weighed(member, Drawn(member, job, scale)))
        except Problem as refusal:
            found.append(Weighed(member, refused=refusal))
    return found


def check_cap(drawn: Sequence[Drawn], max_cost: Usd) -> None:
    """Raises MaxCostExceeded, naming the dearest, when all together may cost more."""
    needed = total(one.most for one in drawn)
    if needed > max_cost:
        dearest = sorted(drawn, key=lambda one: one.most, reverse=True)[:_NAMED]
        raise MaxCostExceeded(needed, max_cost, [f"{one.member.called} (${one.most})" for one in dearest])


def _scaled(amount: Usd, scale: float) -> Usd:
    return Usd(int(amount.nanos * Decimal(str(scale))))
