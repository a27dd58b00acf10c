"""Scene 5: a job in each provider's dialect, all at once, from the hold to the charge."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from local.demonstration.asking import events
from local.demonstration.bars import Bars
from local.demonstration.billing import Bought, check_charges
from local.demonstration.budgets import Budget, budget_of, budget_table
from local.demonstration.checking import require, require_equal, total
from local.demonstration.data import Parts
from local.demonstration.pricing import Choice
from local.demonstration.showing import amount, table
from local.demonstration.stage import Cast, Stage

JOB_SECONDS = 60.0
FEWEST_STEPS_SEEN = 3
SUFFIX = "demo"


def train(stage: Stage, cast: Cast, parts: Parts, choices: list[Choice]) -> list[Bought]:
    """All choices at the same time, followed to their end; the charges are those that were announced."""
    with stage.scene(5, "Training: held, watched live, charged"):
        _make_room(stage, cast, choices)
        before = budget_of(cast.team)
        ordered = [_order(cast, parts, choice) for choice in choices]
        _check_held(stage, cast, before, ordered)
        trained = _follow_all(stage, cast, ordered)
        check_charges(stage, cast, before, trained)
        return trained


def _make_room(stage: Stage, cast: Cast, choices: list[Choice]) -> None:
    """A large file of the user's may need more than the team was given: that is an admin's to decide."""
    needed = total(Decimal(choice.estimate["high"]) for choice in choices)
    if needed <= budget_of(cast.team).left:
        return
    for path, factor in (("/v1/budgets", 10), (f"/v1/teams/{cast.team.id}/budget", 2)):
        stage.admin.must("PUT", path, {"monthly_limit_usd": f"{(factor * needed).quantize(Decimal(1))}"})
    stage.console.print(f"These jobs may cost {amount(needed)}, so an admin raises the budgets.")


def _order(cast: Cast, parts: Parts, choice: Choice) -> Bought:
    order = {
        "dataset_id": parts.training["id"],
        "connection_id": choice.connection_id,
        "model": choice.model,
        "suffix": SUFFIX,
        "seed": 7,
        "hyperparameters": dict(cast.place(choice.connection_id).hyperparameters),
        "max_cost_usd": choice.estimate["high"],
    }
    return Bought(choice, cast.team.client.must("POST", "/v1/jobs", order))


def _check_held(stage: Stage, cast: Cast, before: Budget, ordered: list[Bought]) -> None:
    held = budget_of(cast.team)
    rows = [
        [cast.connection_name(one.choice.connection_id), one.choice.model, one.job["id"], Decimal(one.job["held"])]
        for one in ordered
    ]
    stage.console.print(table(["at", "to be trained", "job", ">held"], rows))
    stage.console.print()
    stage.console.print(budget_table(cast.team, {"before": before, "ordered": held}))
    wanted = total(Decimal(one.choice.estimate["high"]) for one in ordered)
    require_equal(held.held, wanted, "What is held for the jobs")
    require_equal(held.left, before.left - wanted, "What is left beside the holds")
    stage.console.print(
        "Held is the most that a job may cost. Now live, from each job's server-sent events:\n", style="dim"
    )


def _follow_all(stage: Stage, cast: Cast, ordered: list[Bought]) -> list[Bought]:
    with Bars(stage.console) as bars, ThreadPoolExecutor(len(ordered)) as pool:
        followed = [pool.submit(_follow, cast, one, bars) for one in ordered]
        return [one.result() for one in followed]


def _follow(cast: Cast, ordered: Bought, bars: Bars) -> Bought:
    """To the end of the stream, which must have told of the steps on the way."""
    job_id, model = ordered.job["id"], ordered.choice.model
    label = cast.connection_name(ordered.choice.connection_id)
    steps = []
    for event in events(cast.team.client, job_id, seconds=JOB_SECONDS):
        bars.tell(label, event)
        if event["kind"] == "progress":
            steps.append(event["data"]["step"])
    job = cast.team.client.must("GET", f"/v1/jobs/{job_id}")
    require(job["status"] == "succeeded", f"{job_id} on {model} ended as {job['status']}: {job['reason']}")
    require(len(steps) >= FEWEST_STEPS_SEEN and steps == sorted(steps), f"The events of {job_id} told of steps {steps}")
    return Bought(ordered.choice, job)
