"""Scene 5: two jobs at once, one in each provider's dialect, from the hold to the charge."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from local.demonstration.asking import events
from local.demonstration.bars import Bars
from local.demonstration.checking import require, require_equal, total
from local.demonstration.data import Parts
from local.demonstration.pricing import MILLION, Choice
from local.demonstration.showing import amount, budget_row, table
from local.demonstration.stage import Cast, Stage

JOB_SECONDS = 60.0
FEWEST_STEPS_SEEN = 3
SUFFIX = "demo"


@dataclass(frozen=True)
class Trained:
    """A job that has ended well, and what it was bought as."""

    choice: Choice
    job: dict[str, Any]

    @property
    def charge(self) -> Decimal:
        """Billed tokens × price."""
        return Decimal(self.job["billed_tokens"]) * self.choice.price / MILLION


def train(stage: Stage, cast: Cast, parts: Parts, choices: list[Choice]) -> list[Trained]:
    """All choices at the same time, followed to their end; the charges are those that were announced."""
    with stage.scene(5, "Two jobs, one at OpenAI and one at Azure: held, watched, charged"):
        _make_room(stage, cast, choices)
        before = _budget(cast)
        ordered = [_order(cast, parts, choice) for choice in choices]
        _check_held(stage, cast, before, ordered)
        trained = _follow_all(stage, cast, ordered)
        _check_charged(stage, cast, before, trained)
        return trained


def _make_room(stage: Stage, cast: Cast, choices: list[Choice]) -> None:
    """A large file of the user's may need more than the team was given: that is an admin's to decide."""
    needed = total(Decimal(choice.estimate["high"]) for choice in choices)
    if needed <= Decimal(_budget(cast)["left_usd"]):
        return
    limit = {"monthly_limit_usd": f"{(2 * needed).quantize(Decimal(1))}"}
    stage.admin.must("PUT", "/v1/budgets", limit)
    stage.admin.must("PUT", f"/v1/teams/{cast.team.id}/budget", limit)
    stage.console.print(f"These jobs may cost {amount(needed)}, so an admin raises the budgets.")


def _budget(cast: Cast) -> dict[str, Any]:
    found: dict[str, Any] = cast.team.client.must("GET", f"/v1/teams/{cast.team.id}/budget")
    return found


def _order(cast: Cast, parts: Parts, choice: Choice) -> Trained:
    order = {
        "dataset_id": parts.training["id"],
        "connection_id": choice.connection_id,
        "model": choice.model,
        "suffix": SUFFIX,
        "seed": 7,
        "max_cost_usd": choice.estimate["high"],
    }
    return Trained(choice, cast.team.client.must("POST", "/v1/jobs", order))


def _check_held(stage: Stage, cast: Cast, before: dict[str, Any], ordered: list[Trained]) -> None:
    held = _budget(cast)
    headings = [f"budget of {cast.team.name}", ">limit", ">spent", ">held", ">left"]
    rows = [budget_row("before", before), budget_row("both jobs ordered", held)]
    stage.console.print(table(headings, rows))
    wanted = total(Decimal(one.choice.estimate["high"]) for one in ordered)
    require_equal(Decimal(held["held_usd"]), wanted, "What is held for both jobs")
    require_equal(Decimal(held["left_usd"]), Decimal(before["left_usd"]) - wanted, "What is left beside the holds")
    stage.console.print(
        "Held is the upper end of each estimate. Live from each job's server-sent events:\n", style="dim"
    )


def _follow_all(stage: Stage, cast: Cast, ordered: list[Trained]) -> list[Trained]:
    with Bars(stage.console) as bars, ThreadPoolExecutor(len(ordered)) as pool:
        followed = [pool.submit(_follow, cast, one, bars) for one in ordered]
        return [one.result() for one in followed]


def _follow(cast: Cast, ordered: Trained, bars: Bars) -> Trained:
    """To the end of the stream, which must have told of the steps on the way."""
    job_id, model = ordered.job["id"], ordered.choice.model
    label = f"{cast.connection_name(ordered.choice.connection_id):<8}{model}"
    steps = []
    for event in events(cast.team.client, job_id, seconds=JOB_SECONDS):
        bars.tell(label, event)
        if event["kind"] == "progress":
            steps.append(event["data"]["step"])
    job = cast.team.client.must("GET", f"/v1/jobs/{job_id}")
    require(job["status"] == "succeeded", f"{job_id} on {model} ended as {job['status']}: {job['reason']}")
    require(len(steps) >= FEWEST_STEPS_SEEN and steps == sorted(steps), f"The events of {job_id} told of steps {steps}")
    return Trained(ordered.choice, job)


def _check_charged(stage: Stage, cast: Cast, before: dict[str, Any], trained: list[Trained]) -> None:
    """Four sides must agree: the calculation, the report of spend, the budget, and the provider's own books."""
    billed = {one["id"]: one for one in stage.provider.must("GET", "/_sandbox/ledger")["jobs"]}
    report = cast.team.client.must("GET", "/v1/spend?group_by=connection,model,kind")["data"]
    rows = []
    for one in trained:
        theirs = billed[one.job["provider_job_id"]]
        what = f"The charge for {one.job['id']}"
        require_equal(one.job["billed_tokens"], theirs["billed_tokens"], f"{what} in tokens")
        require_equal(one.charge, Decimal(theirs["amount_usd"]), f"{what} by price")
        posted = [
            Decimal(row["amount"]) for row in report if row["kind"] == "training" and row["model"] == one.choice.model
        ]
        require(one.charge in posted, f"{what} should be {one.charge}; /v1/spend says {posted}")
        rows.append(_row(cast, one, theirs))
    stage.console.print()
    headings = ["", "tuned model", ">held", ">billed tokens", ">× $ per million", ">= charged", ">provider's own bill"]
    stage.console.print(table(headings, rows))
    after, spent = _budget(cast), total(one.charge for one in trained)
    require_equal(Decimal(after["spent_usd"]), Decimal(before["spent_usd"]) + spent, "What the team has spent")
    require_equal(Decimal(after["held_usd"]), Decimal(0), "What is still held for the team")
    stage.console.print(
        table([f"budget of {cast.team.name}", ">limit", ">spent", ">held", ">left"], [budget_row("now", after)])
    )


def _row(cast: Cast, one: Trained, theirs: dict[str, Any]) -> list[str]:
    return [
        cast.connection_name(one.choice.connection_id),
        one.job["fine_tuned_model"],
        amount(one.job["estimate"]["high_usd"]),
        f"{one.job['billed_tokens']:,}",
        str(one.choice.price),
        amount(one.charge),
        amount(theirs["amount_usd"]),
    ]
