"""A team's budget as its members see it."""

from dataclasses import dataclass
from decimal import Decimal

from rich.table import Table

from local.demonstration.showing import table
from local.demonstration.stage import Team


@dataclass(frozen=True)
class Budget:
    """This month's; `left` is what neither was spent nor is held."""

    limit: Decimal
    spent: Decimal
    held: Decimal
    left: Decimal


def budget_of(team: Team) -> Budget:
    told = team.client.must("GET", f"/v1/teams/{team.id}/budget")
    names = ("monthly_limit_usd", "spent_usd", "held_usd", "left_usd")
    return Budget(*(Decimal(told[name]) for name in names))


def budget_table(team: Team, moments: dict[str, Budget]) -> Table:
    """The budget at several moments, each with its name."""
    rows = [[label, one.limit, one.spent, one.held, one.left] for label, one in moments.items()]
    return table([f"budget of {team.name}", ">limit", ">spent", ">held", ">left"], rows)
