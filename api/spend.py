"""Spend: who was charged what for what. A team sees its own; an admin sees everything."""

import csv
import io
from datetime import date
from typing import Annotated, Any

from fastapi import Header, Query, Response

from api.dependencies import Anyone, Read
from api.problems import problems
from api.routing import noun
from api.schemas.spend import SpendReport, SpendRowSchema
from shared.errors import FieldError, InvalidRequest
from shared.money import total
from shared.spend import queries
from shared.spend.queries import Grouping, SpendRow, this_month

router = noun("spend")

_CSV = "text/csv"
_ALSO_CSV: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {_CSV: {"schema": {"type": "string"}, "example": "team,kind,amount\nsupport,training,12.345678\n"}}
    }
}


@router.get("/spend", summary="Report spend", response_model=SpendReport, responses={**problems(), **_ALSO_CSV})
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
    return _as_csv(groupings, rows) if _CSV in accept else _report(*period, rows)


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
    file = io.StringIO()
    names = [*groupings, "amount", "provisional", "charges"]
    writer = csv.DictWriter(file, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {name: _harmless(str(value)) for name, value in SpendRowSchema.of(row).flat().items()} for row in rows
    )
    return Response(file.getvalue(), media_type=_CSV)


def _harmless(cell: str) -> str:
    """A team's name must not become a formula in somebody's spreadsheet."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell
