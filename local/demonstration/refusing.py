"""Scene 8: a team whose budget does not cover a job is told so, and nothing happens at all."""

import time
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from local.demonstration.asking import settled, upload
from local.demonstration.budgets import Budget, budget_of
from local.demonstration.checking import require, require_equal
from local.demonstration.data import PENDING, VALIDATION_SECONDS, Parts
from local.demonstration.showing import amount
from local.demonstration.stage import GOOD_FILE, Cast, Stage

# Longer than any sweep leaves a due row alone.
GRACE_SECONDS = 1.5
WRITES = ("upload_file", "create_job", "chat")
"""What would cost money, or be on its way to."""


@dataclass(frozen=True)
class Traces:
    """Whatever a job would leave behind: jobs and money here, requests and jobs at the provider."""

    jobs: int
    budget: Budget
    requests: dict[str, int]
    bought: int


def refuse_the_poor(stage: Stage, cast: Cast, parts: Parts) -> None:
    """The refusal tells what is needed and what is left; before and after it everything is the same."""
    with stage.scene(8, "A job beyond the budget is refused, and nothing happens"):
        client = cast.poor.client
        foreign = client.ask("GET", f"/v1/datasets/{parts.training['id']}")
        require_equal(foreign.status, 404, "The answer to a look at another team's dataset")
        stage.console.print(f"GET  /v1/datasets/{parts.training['id']}   [bold]404[/], since it is the other team's\n")
        own = upload(client, GOOD_FILE, GOOD_FILE.stem)
        ready = settled(client, f"/v1/datasets/{own['id']}", PENDING, seconds=VALIDATION_SECONDS)
        require_equal(ready["status"], "ready", "The dataset of the second team")
        before = _traces(stage, cast)
        leading = cast.leading
        order = {"dataset_id": own["id"], "connection_id": leading.connection_id, "model": leading.models[0]}
        answer = client.ask("POST", "/v1/jobs", order)
        time.sleep(GRACE_SECONDS)
        after = _traces(stage, cast)
        _show(stage, answer.status, answer.body)
        _check(answer.status, answer.body, before)
        require_equal(after, before, "What a refused job leaves behind")
        require_equal(after.jobs, 0, "The number of the team's jobs")
        _show_unchanged(stage, after)


def _traces(stage: Stage, cast: Cast) -> Traces:
    requests = stage.provider.must("GET", "/_sandbox/requests")["requests"]
    return Traces(
        jobs=len(cast.poor.client.must("GET", "/v1/jobs")["data"]),
        budget=budget_of(cast.poor),
        requests={name: requests.get(name, 0) for name in WRITES},
        bought=len(stage.provider.must("GET", "/_sandbox/ledger")["jobs"]),
    )


def _check(status: int, problem: dict[str, Any], before: Traces) -> None:
    require_equal((status, problem["code"]), (402, "budget_exceeded"), "The answer")
    needed, left = Decimal(problem["needed"]), Decimal(problem["left"])
    require_equal(left, before.budget.left, "What the refusal says is left")
    require(needed > left, f"A job that needs {needed} was refused with {left} left")


def _show(stage: Stage, status: int, problem: dict[str, Any]) -> None:
    needed, left = (amount(Decimal(problem[name])) for name in ("needed", "left"))
    stage.console.print(f"POST /v1/jobs   [bold]{status} {problem['code']}[/], needed {needed}, left {left}")
    stage.console.print(problem["detail"], markup=False)


def _show_unchanged(stage: Stage, after: Traces) -> None:
    told = ", ".join(f"{count} × {name}" for name, count in after.requests.items())
    stage.console.print(
        f"\nBefore and after alike: spent {amount(after.budget.spent)}, held {amount(after.budget.held)}, no job; "
        f"at the provider {after.bought} jobs and {told}, all of them the first team's.",
        style="dim",
    )
