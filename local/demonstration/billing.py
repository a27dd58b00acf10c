"""The end of scene 5: what the jobs were charged, seen from four sides that must agree to the nano-dollar."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from local.demonstration.budgets import Budget, budget_of, budget_table
from local.demonstration.checking import require, require_equal, total
from local.demonstration.pricing import MILLION, Choice
from local.demonstration.showing import table
from local.demonstration.stage import Cast, Stage

AZURE_BILLS_BY = 1_000


@dataclass(frozen=True)
class Bought:
    """A job, and what it was chosen as."""

    choice: Choice
    job: dict[str, Any]

    @property
    def charge(self) -> Decimal:
        """Billed tokens × price."""
        return Decimal(self.job["billed_tokens"]) * self.choice.price / MILLION


def check_charges(stage: Stage, cast: Cast, before: Budget, bought: list[Bought]) -> None:
    """The calculation, the report of spend, the team's budget, and the provider's own books."""
    bills = {one["id"]: one for one in stage.provider.must("GET", "/_sandbox/ledger")["jobs"]}
    rows = []
    for one in bought:
        bill = bills[one.job["provider_job_id"]]
        require_equal(
            one.job["billed_tokens"], bill["billed_tokens"], f"The number of tokens billed for {one.job['id']}"
        )
        require_equal(one.charge, Decimal(bill["amount_usd"]), f"The charge for {one.job['id']}")
        _compare_with_estimate(stage, cast, one)
        require_equal(_posted(cast, one), [one.charge], f"What /v1/spend says of {one.choice.model}")
        rows.append(_row(cast, one, bill))
    stage.console.print()
    headings = ["at", "trained", ">tokens\nbilled", ">× per\nmillion", ">= charged", ">provider's\nown bill"]
    stage.console.print(table(headings, rows))
    after = budget_of(cast.team)
    require_equal(after.spent, before.spent + total(one.charge for one in bought), "What the team has spent")
    require_equal(after.held, Decimal(0), "What is still held for the team")
    stage.console.print()
    stage.console.print(budget_table(cast.team, {"charged": after}))


def _compare_with_estimate(stage: Stage, cast: Cast, one: Bought) -> None:
    """Our own file is billed as foretold, but that Azure bills in whole thousands, and that a vocabulary which is not ours is
    counted approximately; of others the bill is what counts.
    """
    billed, foretold = one.job["billed_tokens"], one.choice.estimate["billed_tokens"]
    low, high = (Decimal(one.choice.estimate[name]) for name in ("low", "high"))
    if cast.place(one.choice.connection_id).provider == "compatible" and stage.own_file is None:
        require(low <= one.charge <= high, f"{one.job['id']} was charged {one.charge}, outside of {low} to {high}")
    elif stage.own_file is None:
        near = abs(billed - foretold) < AZURE_BILLS_BY
        require(near, f"{one.job['id']} was billed for {billed} tokens instead of {foretold}")
    elif one.charge > Decimal(one.job["estimate"]["high_usd"]):
        share = billed / foretold - 1
        stage.console.print(
            f"{one.choice.model} was billed {share:.1%} above its estimate, and charged more than was held."
        )


def _posted(cast: Cast, bought: Bought) -> list[Decimal]:
    report = cast.team.client.must("GET", "/v1/spend?group_by=model,kind")["data"]
    wanted = (bought.choice.model, "training")
    return [Decimal(row["amount"]) for row in report if (row["model"], row["kind"]) == wanted]


def _row(cast: Cast, one: Bought, bill: dict[str, Any]) -> list[object]:
    figures = [f"{one.job['billed_tokens']:,}", one.choice.price, one.charge, Decimal(bill["amount_usd"])]
    return [cast.connection_name(one.choice.connection_id), one.choice.model, *figures]
