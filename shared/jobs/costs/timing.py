"""Training that is billed by time: how long a job has trained, what that costs with the tokens of models that grade. Pure.

Providers bill the seconds of finished steps, which they tell with each, and not what they call running while a job is set up or
checked. So the meter takes the provider's seconds of finished steps, and for the step under way our own clock, which counts every
span at whose beginning or end the provider says that it trains: never too little, and one look too much at each change at most.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from math import ceil
from typing import Any

from shared.jobs.tables import Job, Origin
from shared.money import Usd, per_million, total
from shared.providers.base import ProviderJob, StillRunning

TIMED = frozenset({"reinforcement"})
"""The methods that are billed so."""
HOUR = 3600
LONGEST_SECONDS = 100 * 24 * HOUR
"""More than any job lasts, and at any price still an amount that can be stored."""
SETUP_SECONDS = HOUR / 2
"""So long a job was called running before its first step, in OpenAI's own example."""
LARGEST_BILL = 10**11
"""Tokens of one model that graded."""
_NOT_BILLED = frozenset({
    "validating_files", "queued", "created", "pending", "pausing", "paused", "resuming", "notRunning",
})  # fmt: skip
"""Waiting, reading files, taking a snapshot: providers bill none of it. A word that is not known may be billed."""
_KINDS = ("input", "cached", "output")

Prices = Mapping[str, Mapping[str, Mapping[str, str]]]
"""Of models that grade: model → `input`, `cached`, `output` → `usd_per_million`, `price_id`."""


@dataclass(frozen=True, slots=True)
class StepTime:
    """What the provider has measured of one step; None = it did not say."""

    step: int
    seconds: float | None
    grader_tokens: Mapping[str, Mapping[str, int]] | None


@dataclass(frozen=True, slots=True)
class Done:
    """The work of a job: seconds, and tokens by the model that graded. `measured`: the seconds are the provider's."""

    seconds: float
    tokens: Mapping[str, Mapping[str, int]]
    measured: bool

    def rounded(self, billed_by: int) -> "Done":
        """As it stands on a bill: the nearest whole number of so many seconds."""
        return replace(self, seconds=(int(self.seconds) + billed_by // 2) // billed_by * billed_by)


def is_timed(job: Job) -> bool:
    """Whether it was ordered here by such a method. The time of what was ordered past this service has no price here."""
    return job.method in TIMED and job.origin is not Origin.IMPORTED


def tick(progress: Mapping[str, Any], seen: ProviderJob, moment: datetime, steps: Sequence[StepTime]) -> dict[str, Any]:
    """The progress with the clock moved on by one look. It begins anew with each step that was finished since the last look.

    The provider's clock is not compared with ours.
    """
    trains = isinstance(seen.outcome, StillRunning) and seen.status not in _NOT_BILLED and not is_trained(progress)
    counts = trains or progress.get("trained_then", False)
    passed = max(0.0, moment.timestamp() - progress.get("clocked_at", moment.timestamp())) if counts else 0.0
    finished = _measured(steps).seconds
    newly = finished - progress.get("finished_seconds", 0.0)
    under_way = progress.get("under_way", 0.0) + passed
    if newly > 0:
        under_way = 0.0 if is_trained(progress) else max(0.0, min(passed, under_way - newly))
    return {
        **progress,
        "clocked_at": moment.timestamp(),
        "clocked_seconds": progress.get("clocked_seconds", 0.0) + passed,
        "finished_seconds": finished,
        "under_way": under_way,
        "trained_then": trains,
    }


def is_trained(progress: Mapping[str, Any]) -> bool:
    """Whether its last step is done: the checks that follow are not billed."""
    return bool(progress.get("total_steps")) and progress.get("step", 0) >= progress["total_steps"]


def done_so_far(progress: Mapping[str, Any], steps: Sequence[StepTime]) -> Done:
    """While it trains: whatever may be billed, with the step under way."""
    measured = _measured(steps)
    seconds = measured.seconds + progress.get("under_way", 0.0) if measured.measured else _clocked(progress)
    return replace(measured, seconds=seconds)


def done_at_the_end(progress: Mapping[str, Any], steps: Sequence[StepTime], until: int | None = None) -> Done:
    """What it will be billed by: finished steps. `until`: only the work up to this step is kept."""
    measured = _measured([one for one in steps if until is None or one.step <= until])
    if measured.measured or until is not None:
        return measured
    return replace(measured, seconds=_clocked(progress))


def _clocked(progress: Mapping[str, Any]) -> float:
    """Where the provider has told no seconds. Before its first step a job is taken to be set up for as long as that may last."""
    clocked: float = progress.get("clocked_seconds", 0.0)
    return clocked if progress.get("step") else max(0.0, clocked - SETUP_SECONDS)


def _measured(steps: Sequence[StepTime]) -> Done:
    """What the steps say. Where some were not told of (Azure tells every tenth), they are taken to be like the others."""
    timed = [one.seconds for one in steps if one.seconds is not None]
    graded = [one.grader_tokens for one in steps if one.grader_tokens]
    last = max((one.step for one in steps), default=0)
    seconds = sum(timed) * last / len(timed) if timed else 0.0
    return Done(min(seconds, LONGEST_SECONDS), _sums(graded, last), measured=bool(timed))


def _sums(graded: Sequence[Mapping[str, Mapping[str, int]]], steps: int) -> dict[str, dict[str, int]]:
    models = {model for one in graded for model in one}
    return {
        model: {
            kind: min(LARGEST_BILL, ceil(sum(one.get(model, {}).get(kind, 0) for one in graded) * steps / len(graded)))
            for kind in _KINDS
        }
        for model in sorted(models)
    }


def cost_of(done: Done, usd_per_million: Decimal, prices: Prices) -> Usd:
    """Seconds and tokens at their prices, to the second."""
    of_tokens = (
        per_million(count, Decimal(price["usd_per_million"])) for _, _, count, price in priced(done.tokens, prices)
    )
    return total([per_million(ceil(done.seconds), usd_per_million), *of_tokens])


def priced(
    tokens: Mapping[str, Mapping[str, int]], prices: Prices
) -> Iterable[tuple[str, str, int, Mapping[str, str]]]:
    """Model, kind, how many, and the price. Cached tokens are not counted as input once more. A model that was not ordered by this
    name costs what the dearest one costs.
    """
    dearest = max(prices.values(), key=lambda one: Decimal(one["output"]["usd_per_million"]), default=None)
    for model, used in tokens.items():
        price = prices.get(model, dearest)
        counts = {**used, "input": max(0, used["input"] - used["cached"])}
        if price is not None:
            yield from ((model, kind, counts[kind], price[kind]) for kind in _KINDS if counts[kind])


def in_hours(seconds: float) -> str:
    """For people: `2.55 hours`."""
    return f"{seconds / HOUR:,.2f} hours"


def per_hour(usd_per_million_seconds: Decimal) -> Decimal:
    """The price of an hour, from that of a million seconds."""
    return (usd_per_million_seconds * HOUR / 1_000_000).quantize(Decimal("0.000001")).normalize() + 0
