"""What is read of money: where a budget stands, what was spent by whom on what, and whether the totals equal the ledger."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Date, Select, SQLColumnExpression, cast, func, select
from sqlalchemy.orm import Session

from shared.clock import month_of
from shared.connections.tables import Connection
from shared.db import now
from shared.errors import FieldError, InvalidRequest
from shared.ids import TeamId
from shared.lifecycles import HoldStatus
from shared.money import ZERO, Usd
from shared.spend.tables import Account, Budget, Hold, LedgerEntry, LedgerTransaction, PeriodTotal
from shared.teams.tables import Team


@dataclass(frozen=True, slots=True)
class BudgetState:
    """A budget this month. `left` None = no limit of its own; it is never shown below zero."""

    limit: Usd | None
    spent: Usd
    held: Usd
    left: Usd | None
    month: date


def budget(db: Session, team_id: TeamId | None) -> BudgetState:
    """Where a team's budget (None: the organisation's) stands."""
    scope = team_id or "organisation"
    month = month_of(db.scalars(select(now())).one())
    row = db.get(Budget, scope)
    spent = db.scalar(select(PeriodTotal.spent).filter_by(scope=scope, month=month)) or ZERO
    limit, held = (row.monthly_limit, row.held) if row else (None, ZERO)
    left = None if limit is None else max(limit - spent - held, ZERO)
    return BudgetState(limit, spent, held, left, month)


def this_month(db: Session) -> tuple[date, date]:
    """The first days of this month and the next (UTC)."""
    first = month_of(db.scalars(select(now())).one())
    return first, (first + timedelta(days=32)).replace(day=1)


class Grouping(StrEnum):
    """What spend can be grouped by."""

    TEAM = "team"
    MODEL = "model"
    KIND = "kind"
    CONNECTION = "connection"
    DAY = "day"
    MONTH = "month"


_DAY = cast(func.timezone("UTC", LedgerEntry.posted_at), Date)
_COLUMNS: dict[Grouping, SQLColumnExpression[Any]] = {
    Grouping.TEAM: Team.name,
    Grouping.MODEL: LedgerEntry.model,
    Grouping.KIND: LedgerEntry.kind,
    # One that was closed to the team since has no name for it any more.
    Grouping.CONNECTION: func.coalesce(Connection.name, LedgerEntry.connection_id),
    Grouping.DAY: _DAY,
    Grouping.MONTH: func.to_char(_DAY, "YYYY-MM"),
}


@dataclass(frozen=True, slots=True)
class SpendRow:
    """One group: its values in the order of the grouping ("" = it has none), and what was charged in it."""

    group: dict[str, str]
    amount: Usd
    provisional: Usd
    n_charges: int


def spend(db: Session, since: date, until: date, group_by: Sequence[Grouping]) -> list[SpendRow]:
    """What was charged from the day `since` up to and without the day `until` (UTC), the dearest group first.

    Sees what the transaction's scope sees: a team its own, an admin everything. The rows' sum equals the ledger's.
    """
    if until <= since:
        fault = FieldError("query/to", f"must be later than {since}")
        raise InvalidRequest("`to` must be later than `from`; `to` itself is not included.", [fault])
    columns: list[Any] = [_COLUMNS[grouping].label(grouping.value) for grouping in group_by]
    amount = func.sum(LedgerEntry.amount, type_=LedgerEntry.amount.type)
    provisional = func.coalesce(amount.filter(LedgerEntry.provisional), 0, type_=LedgerEntry.amount.type)
    query: Select[Any] = (
        select(*columns, amount.label("amount"), provisional.label("provisional"), func.count().label("n"))
        .join(Team, Team.id == LedgerEntry.team_id)
        .outerjoin(Connection, Connection.id == LedgerEntry.connection_id)
        .where(
            LedgerEntry.account == Account.SPENT,
            LedgerEntry.posted_at >= datetime.combine(since, time(), UTC),
            LedgerEntry.posted_at < datetime.combine(until, time(), UTC),
        )
        .group_by(*columns)
        .order_by(amount.desc(), *columns)
    )
    return [
        SpendRow(
            group={grouping.value: _name(row._asdict()[grouping.value]) for grouping in group_by},
            amount=row.amount or ZERO,
            provisional=row.provisional,
            n_charges=row.n,
        )
        for row in db.execute(query)
        if row.n
    ]


def charged_for(db: Session, subjects: Collection[str]) -> dict[str, Usd]:
    """What was charged for each of these things; what was charged nothing is absent."""
    amount = func.sum(LedgerEntry.amount, type_=LedgerEntry.amount.type)
    query = (
        select(LedgerTransaction.subject, amount.label("amount"))
        .join(LedgerEntry, LedgerEntry.transaction_id == LedgerTransaction.id)
        .where(LedgerTransaction.subject.in_(subjects), LedgerEntry.account == Account.SPENT)
        .group_by(LedgerTransaction.subject)
    )
    return {row.subject: row.amount for row in db.execute(query)}


def _name(group: object) -> str:
    return "" if group is None else str(group)


def wrong_totals(db: Session) -> list[str]:
    """Every total that differs from what the holds and the ledger say, month by month; empty when all is well."""
    holds = select(Hold.team_id, func.sum(Hold.amount)).where(Hold.status == HoldStatus.PENDING).group_by(Hold.team_id)
    entries = select(LedgerEntry.team_id, func.sum(LedgerEntry.amount)).group_by(LedgerEntry.team_id)
    held = _by_scope((team_id, "", amount) for team_id, amount in db.execute(holds))
    in_ledger = _by_scope(
        (team_id, "", amount) for team_id, amount in db.execute(entries.where(LedgerEntry.account == Account.HELD))
    )
    charged = _by_scope((row.team_id, row.month, row.amount) for row in db.execute(_CHARGED))
    budgets = {(row.scope, ""): row.held for row in db.scalars(select(Budget))}
    months = {(row.scope, f"{row.month:%Y-%m}"): row.spent for row in db.scalars(select(PeriodTotal))}
    return [
        *_differences("held", held, budgets),
        *_differences("held in the ledger", in_ledger, budgets),
        *_differences("spent", charged, months),
    ]


_Totals = dict[tuple[str, str], Usd]
"""Scope and month ("" = now) → amount."""

_CHARGED: Select[Any, Any, Any] = (
    select(
        LedgerEntry.team_id,
        _COLUMNS[Grouping.MONTH].label("month"),
        func.sum(LedgerEntry.amount, type_=LedgerEntry.amount.type).label("amount"),
    )
    .where(LedgerEntry.account == Account.SPENT)
    .group_by(LedgerEntry.team_id, _COLUMNS[Grouping.MONTH])
)


def _by_scope(sums: Iterable[tuple[str, str, Usd]]) -> _Totals:
    by_scope: _Totals = {}
    for team_id, month, amount in sums:
        for scope in (team_id, "organisation"):
            by_scope[scope, month] = by_scope.get((scope, month), ZERO) + amount
    return by_scope


def _differences(what: str, should: _Totals, found: _Totals) -> Iterator[str]:
    for scope, month in sorted(should.keys() | found.keys()):
        wanted, is_now = should.get((scope, month), ZERO), found.get((scope, month), ZERO)
        if wanted != is_now:
            yield f"{scope} {month}: {what} should be ${wanted} and is ${is_now}"
