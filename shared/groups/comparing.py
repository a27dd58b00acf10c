"""The jobs of a group beside one another: what differs between them, which came out best, and whether more data helped. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from shared.ids import EvaluationId
from shared.jobs.tables import Job
from shared.money import Usd

VALID_LOSS = "valid_loss"


class Help(StrEnum):
    """Whether more data made a better model."""

    HELPED = "helped"
    HARMED = "harmed"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Score:
    """A mean from 0 to 1, and its interval of 95 %, if there is one."""

    mean: float
    interval: Sequence[float] | None


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of one job; the losses are the last that were measured. `scores`: of its own evaluation, by grader."""

    job: Job
    share: float
    train_loss: float | None = None
    valid_loss: float | None = None
    charged: Usd | None = None
    evaluation_id: EvaluationId | None = None
    scores: Mapping[str, Score] | None = None

    def score(self, grader: str | None) -> Score | None:
        return (self.scores or {}).get(grader) if grader else None


@dataclass(frozen=True, slots=True)
class Compared:
    """One line of the comparison. `differs`: what not all jobs have in common. `rank` None = there is nothing to rank it by."""

    seen: Seen
    differs: Mapping[str, Any]
    score: Score | None
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class MoreData:
    """Between the smallest and the largest share that came to a result, where all else was alike (`of`)."""

    of: Mapping[str, Any]
    verdict: Help
    says: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The best first. `ranked_by`: a grader, else the validation loss; None = nothing has been measured yet."""

    lines: Sequence[Compared]
    ranked_by: str | None
    more_data: Sequence[MoreData]


def compare(seen: Sequence[Seen]) -> Comparison:
    """The first grader that the jobs were evaluated by decides; without one, the validation loss."""
    grader = next((name for one in seen for name in (one.scores or {})), None)
    ranked_by = grader or (VALID_LOSS if any(one.valid_loss is not None for one in seen) else None)
    varying = _varying(seen)
    lines = [Compared(one, {name: _facts(one).get(name) for name in varying}, one.score(grader)) for one in seen]
    return Comparison(_ranked(lines, grader), ranked_by, _more_data(lines, grader))


def _facts(one: Seen) -> dict[str, Any]:
    """What a job was ordered with, as far as jobs of a group can differ in it."""
    job = one.job
    ordered = {
        "model": job.trained_from or job.model,
        "connection_id": job.connection_id,
        "tier": job.tier,
        "seed": job.seed,
    }
    return ordered | {"share": one.share} | job.hyperparameters


def _varying(seen: Sequence[Seen]) -> list[str]:
    facts = [_facts(one) for one in seen]
    names = dict.fromkeys(name for one in facts for name in one)
    return [name for name in names if any(one.get(name) != facts[0].get(name) for one in facts)]


def _ranked(lines: Sequence[Compared], grader: str | None) -> list[Compared]:
    keyed = [(value, line) for line in lines if (value := _worse_by(line, grader)) is not None]
    keyed.sort(key=lambda pair: pair[0])
    values = [value for value, _ in keyed]
    best = [replace(line, rank=1 + values.index(value)) for value, line in keyed]
    return [*best, *(line for line in lines if _worse_by(line, grader) is None)]


def _worse_by(line: Compared, grader: str | None) -> float | None:
    """The higher, the worse; None = not measured."""
    if grader is not None:
        return -line.score.mean if line.score else None
    return line.seen.valid_loss


def _more_data(lines: Sequence[Compared], grader: str | None) -> list[MoreData]:
    alike: dict[str, list[Compared]] = {}
    for line in lines:
        if _worse_by(line, grader) is not None:
            rest = {name: value for name, value in line.differs.items() if name != "share"}
            alike.setdefault(repr(rest), []).append(line)
    found = []
    for some in alike.values():
        least, *_, most = sorted([*some, some[0]], key=lambda line: line.seen.share)
        if least.seen.share < most.seen.share:
            of = {name: value for name, value in most.differs.items() if name != "share"}
            found.append(_by_scores(of, least, most) if grader else _by_losses(of, least, most))
    return found


def _by_scores(of: Mapping[str, Any], least: Compared, most: Compared) -> MoreData:
    """By intervals that do not meet; what is between is for nobody to tell."""
    assert least.score is not None
    assert most.score is not None
    low, high = least.score.interval, most.score.interval
    verdict = Help.CANNOT_TELL
    if low and high and (high[0] > low[1] or high[1] < low[0]):
        verdict = Help.HELPED if high[0] > low[1] else Help.HARMED
    says = f"{_scored(least)} with {least.seen.share:g} of the data, {_scored(most)} with {most.seen.share:g} of it."
    return MoreData(of, verdict, says)


def _scored(line: Compared) -> str:
    assert line.score is not None
    ends = line.score.interval
    return f"{line.score.mean:.3f}" + (f" [{ends[0]:.3f}, {ends[1]:.3f}]" if ends else "")


def _by_losses(of: Mapping[str, Any], least: Compared, most: Compared) -> MoreData:
    """A loss has no interval: the number is told, and no verdict."""
    one, other = least.seen, most.seen
    says = (
        f"The validation loss is {one.valid_loss:.4f} with {one.share:g} of the data, {other.valid_loss:.4f} with {other.share:g} "
        "of it. Losses have no interval: order an evaluation to be told whether that is chance."
    )
    return MoreData(of, Help.CANNOT_TELL, says)
