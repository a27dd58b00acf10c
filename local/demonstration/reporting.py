"""Scene 9: where the organisation's money went, to the last nano-dollar."""

from decimal import Decimal

from local.demonstration.budgets import budget_of
from local.demonstration.checking import require, require_equal
from local.demonstration.showing import table
from local.demonstration.stage import Cast, Stage


def report_spend(stage: Stage, cast: Cast, charges: Decimal) -> None:
    """The report's total is the sum of all `charges`, of the teams' budgets, and of what the provider's books say."""
    with stage.scene(9, "Where the money went: spend by team, model and kind"):
        report = stage.admin.must("GET", "/v1/spend?group_by=team,model,kind")
        rows = [
            [row["team"], row["model"], row["kind"], row["charges"], Decimal(row["amount"])] for row in report["data"]
        ]
        total = Decimal(report["total"])
        rows.append(["total", "", "", sum(row["charges"] for row in report["data"]), total])
        stage.console.print(table(["team", "model", "kind", ">charges", ">amount"], rows))
        require_equal(sum(Decimal(row["amount"]) for row in report["data"]), total, "The sum of the report's rows")
        require_equal(total, charges, "The sum of everything that was charged in these scenes")
        spent = [budget_of(team).spent for team in (cast.team, cast.poor)]
        require_equal(sum(spent), total, "The sum of the teams' budgets")
        require_equal(_provider_bill(stage), total, "The sum of the provider's own books")
        require(spent[1] == 0, f"The team that was refused was charged {spent[1]}")
        stage.console.print("The provider's own books, and the teams' budgets, add up to the same amount.", style="dim")


def _provider_bill(stage: Stage) -> Decimal:
    ledger = stage.provider.must("GET", "/_sandbox/ledger")
    return sum((Decimal(one["amount_usd"]) for one in ledger["jobs"] + ledger["hosting"] + ledger["chats"]), Decimal(0))
