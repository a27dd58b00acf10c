"""What is stored of money: budgets with their totals, holds, and the ledger that only grows.

The ledger is double-entry: the entries of a transaction sum to zero (a deferred trigger refuses anything else), and neither
table takes UPDATE or DELETE (a trigger, and missing grants).
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Numeric, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Row, guard_status, now, status_column, text_enum
from shared.ids import ConnectionId, HoldId, TeamId, TransactionId
from shared.lifecycles import HOLD, HoldStatus
from shared.money import Usd


class Account(StrEnum):
    """Where money stands. Amounts are signed: what a team owes or has set aside is positive, its counterpart negative."""

    HELD = "held"
    """Set aside by a team for something that has not ended."""
    HOLDS = "holds"
    """The counterpart of `held`."""
    SPENT = "spent"
    """Charged to a team."""
    PROVIDER = "provider"
    """Owed to a provider: the counterpart of `spent`."""


class TransactionKind(StrEnum):
    HOLD = "hold"
    SETTLE = "settle"
    RELEASE = "release"


class SpendKind(StrEnum):
    """What money was spent on."""

    TRAINING = "training"
    EVALUATION = "evaluation"
    INFERENCE = "inference"
    HOSTING = "hosting"


class Unit(StrEnum):
    """What is counted and has a price per million."""

    TRAINED = "training_token"
    TRAINED_SECOND = "training_second"
    INPUT = "input_token"
    CACHED_INPUT = "cached_input_token"
    OUTPUT = "output_token"
    HOSTING = "hosting_hour"


class Budget(Row):
    """A limit for each calendar month (UTC), of one team or (`team_id` NULL, `scope` "organisation") of all together.

    `scope` is the team's id or "organisation". Money held now stands here; the row's lock decides who is admitted.
    """

    __tablename__ = "budgets"
    __table_args__ = (CheckConstraint("held >= 0", name="held"),)
    scope: Mapped[str] = mapped_column(primary_key=True)
    team_id: Mapped[TeamId | None] = mapped_column(ForeignKey("teams.id"), unique=True)
    monthly_limit: Mapped[Usd | None]
    """None = no limit of its own."""
    held: Mapped[Usd] = mapped_column(default=Usd(0))


class PeriodTotal(Row):
    """What a budget's scope was charged in one month. Derived from the ledger in the posting transaction, and swept."""

    __tablename__ = "period_totals"
    scope: Mapped[str] = mapped_column(ForeignKey("budgets.scope"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    team_id: Mapped[TeamId | None] = mapped_column(ForeignKey("teams.id"))
    spent: Mapped[Usd] = mapped_column(default=Usd(0))


class Hold(Row):
    """Money set aside for one thing (`subject`: a job, an evaluation, a request, or one hour of a deployment)."""

    __tablename__ = "holds"
    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount"),
        Index("ix_holds_abandoned", "abandoned_at", postgresql_where=text("status = 'pending'")),
    )
    id: Mapped[HoldId] = mapped_column(primary_key=True)
    team_id: Mapped[TeamId] = mapped_column(ForeignKey("teams.id"), index=True)
    subject: Mapped[str] = mapped_column(unique=True)
    status: Mapped[HoldStatus] = status_column(HoldStatus)
    kind: Mapped[SpendKind] = mapped_column(text_enum(SpendKind))
    amount: Mapped[Usd]
    abandoned_at: Mapped[datetime | None]
    """When nobody will resolve this any more: the process that should have is dead. None = a row of its own is due for that."""
    fallback: Mapped[list[Any]] = mapped_column(default=list)
    """What is then charged, as provisional: the provider may have done the work and billed it."""
    created_at: Mapped[datetime] = mapped_column(server_default=now())
    resolved_at: Mapped[datetime | None]

    _moves = guard_status(HOLD)


class LedgerTransaction(Row):
    """Why money moved. A hold is opened once and resolved once: two unique indexes see to it."""

    __tablename__ = "ledger_transactions"
    __table_args__ = (
        Index("uq_ledger_transactions_opened", "hold_id", unique=True, postgresql_where=text("kind = 'hold'")),
        Index("uq_ledger_transactions_resolved", "hold_id", unique=True, postgresql_where=text("kind <> 'hold'")),
    )
    id: Mapped[TransactionId] = mapped_column(primary_key=True)
    team_id: Mapped[TeamId] = mapped_column(ForeignKey("teams.id"), index=True)
    hold_id: Mapped[HoldId] = mapped_column(ForeignKey("holds.id"))
    subject: Mapped[str] = mapped_column(index=True)
    kind: Mapped[TransactionKind] = mapped_column(text_enum(TransactionKind))
    posted_at: Mapped[datetime] = mapped_column(server_default=now(), index=True)


class LedgerEntry(Row):
    """One side of a movement. Entries of `spent` say what was bought, how much of it, and at which price."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        CheckConstraint("quantity >= 0", name="quantity"),
        CheckConstraint("account <> 'spent' OR amount >= 0", name="spent"),
        Index("ix_ledger_entries_spent", "team_id", "posted_at", postgresql_where=text("account = 'spent'")),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    transaction_id: Mapped[TransactionId] = mapped_column(ForeignKey("ledger_transactions.id"), index=True)
    team_id: Mapped[TeamId] = mapped_column(ForeignKey("teams.id"))
    account: Mapped[Account] = mapped_column(text_enum(Account))
    amount: Mapped[Usd]
    posted_at: Mapped[datetime] = mapped_column(server_default=now())
    kind: Mapped[SpendKind] = mapped_column(text_enum(SpendKind))
    connection_id: Mapped[ConnectionId | None] = mapped_column(ForeignKey("connections.id"))
    model: Mapped[str | None]
    unit: Mapped[Unit | None] = mapped_column(text_enum(Unit))
    quantity: Mapped[int | None] = mapped_column(BigInteger)
    usd_per_million: Mapped[Decimal | None] = mapped_column(Numeric)
    price_id: Mapped[str | None]
    provisional: Mapped[bool] = mapped_column(default=False)
