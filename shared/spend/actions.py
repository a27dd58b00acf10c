"""What moves money: hold → settle | release. Nothing else writes a hold, a total or the ledger.

What is left of a budget is its limit − what was charged this month − what is held now. It is decided under a lock on the
budget's row, the organisation's first and the team's second, so that two of these never wait for one another.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared import ids
from shared.clock import month_of
from shared.db import now, seconds_from_now
from shared.errors import BudgetExceeded, NotFound
from shared.ids import ConnectionId, HoldId, TeamId, TransactionId
from shared.lifecycles import HoldStatus
from shared.money import MOST, ZERO, Usd, per_million, total
from shared.spend.tables import (
    Account,
    Budget,
    Hold,
    LedgerEntry,
    LedgerTransaction,
    PeriodTotal,
    SpendKind,
    TransactionKind,
    Unit,
)
from shared.teams.queries import get_open_team

ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True)
class Charge:
    """What was bought: so many units at a price. `provisional` = known only by estimate."""

    kind: SpendKind
    connection_id: ConnectionId
    model: str
    unit: Unit
    quantity: int
    usd_per_million: Decimal
    price_id: str
    provisional: bool = False

    @property
    def amount(self) -> Usd:
        return per_million(self.quantity, self.usd_per_million)

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"usd_per_million": str(self.usd_per_million)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Charge":
        """What `as_json` made, read back."""
        typed = {"kind": SpendKind(stored["kind"]), "unit": Unit(stored["unit"])}
        return cls(**{**stored, **typed, "usd_per_million": Decimal(stored["usd_per_million"])})


@dataclass(frozen=True, slots=True)
class HoldRequest:
    """Money wanted for one thing. `subject` is the id of the job, evaluation or request, and can hold once.

    What is not a row that a worker takes up again (a request) says after how long it is abandoned, and what is charged then.
    """

    team_id: TeamId
    subject: str
    kind: SpendKind
    amount: Usd
    abandoned_after_seconds: float | None = None
    fallback: Sequence[Charge] = ()


def set_limit(db: Session, team_id: TeamId | None, limit: Usd | None) -> Budget:
    """Limit what a team (None: the organisation) may be charged in a month. Money already held or spent is not touched."""
    budget = _locked(db, team_id)
    budget.monthly_limit = limit
    return budget


def hold(db: Session, wanted: HoldRequest) -> Hold:
    """Set money aside, if every budget that binds the team covers it. Whatever costs money begins here.

    Raises BudgetExceeded, or Conflict when the team is archived; then nothing has changed.
    """
    return hold_all(db, [wanted])[0]


def hold_all(db: Session, wanted: Sequence[HoldRequest]) -> list[Hold]:
    """Set money aside for several things of one team: for all of them, or as `hold` refuses, for none."""
    team_id = wanted[0].team_id
    get_open_team(db, team_id)
    budgets = _locked_for(db, team_id)
    needed = total(one.amount for one in wanted)
    for budget in budgets:
        _check_left(db, budget, needed)
    return _set_aside(db, budgets, wanted)


def hold_nothing(db: Session, owed: HoldRequest) -> None:
    """Open what will be settled later, for a thing that the provider bills whatever the budget says: nothing is set aside."""
    _set_aside(db, _locked_for(db, owed.team_id), [replace(owed, amount=ZERO)])


def charge_owed(db: Session, owed: HoldRequest, charges: Sequence[Charge]) -> Usd:
    """Charge what the provider bills whatever the budget says, and for which nothing could be held. A subject is charged once.

    `owed.amount` is not asked for; the budget then admits nothing until it covers the charge.
    """
    hold_nothing(db, owed)
    return settle(db, owed.subject, charges)


def settle(db: Session, subject: str, charges: Sequence[Charge]) -> Usd:
    """Charge what was bought and give back what is left of the hold. Returns the sum.

    A sum above the hold is charged all the same, since the provider bills it; the budget then admits nothing until it covers
    it again. Raises IllegalTransition when the hold was resolved before.
    """
    return settle_all(db, {subject: charges})


def settle_all(db: Session, charges: Mapping[str, Sequence[Charge]]) -> Usd:
    """The same for several holds of one team, by subject; all of them or none."""
    resolved = _resolve(db, charges, HoldStatus.SETTLED)
    transactions = _post(db, resolved, TransactionKind.SETTLE)
    for transaction in transactions:
        for charge in charges[transaction.subject]:
            db.add_all(_sides(transaction, transaction.team_id, charge))
    charged = total(charge.amount for one in charges.values() for charge in one)
    for budget in _locked_for(db, resolved[0].team_id):
        _add_to_month(db, budget, charged)
    return charged


def release(db: Session, subject: str) -> None:
    """Give back all of a hold. Raises IllegalTransition when it was resolved before."""
    release_all(db, [subject])


def release_all(db: Session, subjects: Collection[str]) -> None:
    """The same for several holds of one team; all of them or none."""
    _post(db, _resolve(db, subjects, HoldStatus.RELEASED), TransactionKind.RELEASE)


def _locked_for(db: Session, team_id: TeamId) -> list[Budget]:
    return [_locked(db, None), _locked(db, team_id)]


def _locked(db: Session, team_id: TeamId | None) -> Budget:
    scope = team_id or ORGANISATION
    if team_id:
        db.execute(insert(Budget).values(scope=scope, team_id=team_id, held=ZERO).on_conflict_do_nothing())
    return db.get_one(Budget, scope, with_for_update=True, populate_existing=True)


def _set_aside(db: Session, budgets: Sequence[Budget], wanted: Sequence[HoldRequest]) -> list[Hold]:
    for budget in budgets:
        budget.held += total(one.amount for one in wanted)
    made = [_new_hold(db, one) for one in wanted]
    db.add_all(made)
    db.flush()
    _post(db, made, TransactionKind.HOLD)
    return made


def _new_hold(db: Session, wanted: HoldRequest) -> Hold:
    made = Hold(
        id=HoldId(ids.new("hold")),
        team_id=wanted.team_id,
        subject=wanted.subject,
        status=HoldStatus.PENDING,
        kind=wanted.kind,
        amount=wanted.amount,
        fallback=[charge.as_json() for charge in wanted.fallback],
    )
    if wanted.abandoned_after_seconds is not None:
        made.abandoned_at = db.scalar(select(seconds_from_now(wanted.abandoned_after_seconds)))
    return made


def _check_left(db: Session, budget: Budget, needed: Usd) -> None:
    """What costs nothing is covered by any budget, also by one that is overdrawn."""
    if not needed:
        return
    if budget.monthly_limit is None:
        if budget.held.nanos + needed.nanos > MOST.nanos:
            raise BudgetExceeded("team" if budget.team_id else ORGANISATION, needed, MOST - budget.held)
        return
    month = month_of(db.scalars(select(now())).one())
    spent = db.scalar(select(PeriodTotal.spent).filter_by(scope=budget.scope, month=month)) or ZERO
    left = budget.monthly_limit - spent - budget.held
    if needed > left:
        raise BudgetExceeded("team" if budget.team_id else ORGANISATION, needed, max(left, ZERO))


def _resolve(db: Session, subjects: Collection[str], status: HoldStatus) -> list[Hold]:
    team_ids = db.scalars(select(Hold.team_id).where(Hold.subject.in_(subjects))).all()
    if len(team_ids) != len(subjects):
        raise NotFound("hold")
    (team_id,) = set(team_ids)
    budgets = _locked_for(db, team_id)
    locked = select(Hold).where(Hold.subject.in_(subjects)).order_by(Hold.id).with_for_update()
    holds = db.scalars(locked.execution_options(populate_existing=True)).all()
    moment = db.scalar(select(now()))
    for held in holds:
        if held.status is status:  # `guard_status` lets a status repeat itself; a hold's end may not
            held.status = HoldStatus.PENDING
        held.status, held.resolved_at = status, moment
    for budget in budgets:
        budget.held -= total(held.amount for held in holds)
    return list(holds)


def _post(db: Session, holds: Sequence[Hold], kind: TransactionKind) -> list[LedgerTransaction]:
    """Write down that these were made, or that they end: what is held moves there or back."""
    transactions = [
        LedgerTransaction(
            id=TransactionId(ids.new("txn")), team_id=held.team_id, hold_id=held.id, subject=held.subject, kind=kind
        )
        for held in holds
    ]
    db.add_all(transactions)
    db.flush()
    for transaction, held in zip(transactions, holds, strict=True):
        moved = held.amount if kind is TransactionKind.HOLD else -held.amount
        for account, amount in ((Account.HELD, moved), (Account.HOLDS, -moved)):
            db.add(
                LedgerEntry(
                    transaction_id=transaction.id, team_id=held.team_id, account=account, amount=amount, kind=held.kind
                )
            )
    return transactions


def _sides(transaction: LedgerTransaction, team_id: TeamId, charge: Charge) -> Iterator[LedgerEntry]:
    for account, amount in ((Account.SPENT, charge.amount), (Account.PROVIDER, -charge.amount)):
        yield LedgerEntry(
            transaction_id=transaction.id,
            team_id=team_id,
            account=account,
            amount=amount,
            kind=charge.kind,
            connection_id=charge.connection_id,
            model=charge.model,
            unit=charge.unit,
            quantity=charge.quantity,
            usd_per_million=charge.usd_per_million,
            price_id=charge.price_id,
            provisional=charge.provisional,
        )


def _add_to_month(db: Session, budget: Budget, charged: Usd) -> None:
    month = month_of(db.scalars(select(now())).one())
    statement = insert(PeriodTotal).values(scope=budget.scope, month=month, team_id=budget.team_id, spent=charged)
    db.execute(
        statement.on_conflict_do_update(
            index_elements=[PeriodTotal.scope, PeriodTotal.month],
            set_={"spent": PeriodTotal.spent + statement.excluded.spent},
        )
    )
