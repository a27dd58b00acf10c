"""Spend: who was charged what for what. A team sees its own; an admin sees everything."""

from datetime import date
from typing import Annotated, Any

from fastapi import Header, Query, Response

from api.dependencies import Anyone, Read
from api.problems import problems
from api.routing import noun
from api.schemas.spend import SpendReport, SpendRowSchema
from api.sheets import CSV, also_csv, sheet
from shared.errors import FieldError, InvalidRequest
from shared.money import total
from shared.spend import queries
from shared.spend.queries import Grouping, SpendRow, this_month

router = noun("spend")

_EXAMPLE = "team,kind,amount,provisional,charges\nsupport,training,12.345678,0.00,3\n"


@router.get(
    "/spend", summary="Report spend", response_model=SpendReport, responses={**problems(), **also_csv(_EXAMPLE)}
)
def get_spend(
    _: Anyone,
    db: Read,
    since: Annotated[date | None, Query(alias="from", description="First day (UTC); else this month's first.")] = None,
    until: Annotated[
        date | None, Query(alias="to", description="Day after the last one; else next month's first.")
    ] = None,
    group_by: Annotated[str, Query(max_length=100, examples=["team,model,kind"])] = "team,model,kind",
    accept: Annotated[str, Header()] = "application/json",
) -> Any:
    """What was charged, grouped by any of `team`, `model`, `kind`, `connection`, `day`, `month`. CSV by `Accept: text/csv`.

    The sum of all rows equals the ledger to the nano-dollar. Money that is only held is not in it (see the budgets).
    """
    first, last = this_month(db)
    period = since or first, until or last
    groupings = _groupings(group_by)
    rows = queries.spend(db, *period, groupings)
    return _as_csv(groupings, rows) if CSV in accept else _report(*period, rows)


def _groupings(text: str) -> list[Grouping]:
    names = list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if unknown := [name for name in names if name not in list(Grouping)]:
        fault = FieldError("query/group_by", f"{unknown[0]!r} is not one of {', '.join(Grouping)}")
        raise InvalidRequest("Spend cannot be grouped like that.", [fault])
    return [Grouping(name) for name in names]


def _report(since: date, until: date, rows: list[SpendRow]) -> SpendReport:
    return SpendReport(
        since=since,
        until=until,
        total=total(row.amount for row in rows),
        data=[SpendRowSchema.of(row) for row in rows],
    )


def _as_csv(groupings: list[Grouping], rows: list[SpendRow]) -> Response:
    names = [*groupings, "amount", "provisional", "charges"]
    return sheet(names, [SpendRowSchema.of(row).flat() for row in rows], texts=groupings)
