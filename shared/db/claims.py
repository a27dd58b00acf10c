"""Claims: taking a due row for a while, so that two workers never do the same work and a dead one's work is taken over.

Locks are taken without blocking those who only refer to a row (`key_share`): else a settlement and a submission on one
connection could wait for each other.

A claim lasts `CLAIM_SECONDS` and is renewed by a heartbeat. Its token fences every later write: a worker that was stopped
past its claim finds 0 rows and records nothing.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, exists, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from shared.db.base import now

CLAIM_SECONDS = 15.0
MOST_ATTEMPTS = 20
LONGEST_SECONDS = 600.0
"""Counted work that comes to nothing is begun so often (over some two and a half hours), and at last so far apart."""


class Claimable:
    """A row that is work: `due_at` None = nothing to do."""

    id: Any
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    claim_token: Mapped[str | None]
    claimed_until: Mapped[datetime | None] = mapped_column(index=True)


class Counted(Claimable):
    """Work that is given up when it was begun too often, and each time came to nothing for a reason that nobody foresaw."""

    attempts: Mapped[int] = mapped_column(default=0)
    """How often it was begun since anything came of it."""

    @property
    def is_hopeless(self) -> bool:
        """Whether this attempt is one too many: only to be written down as failed."""
        return self.attempts > MOST_ATTEMPTS


R = TypeVar("R", bound=Claimable)
C = TypeVar("C", bound=Counted)


def seconds_from_now(seconds: float) -> ColumnElement[datetime]:
    """A moment on Postgres's clock."""
    return now() + func.make_interval(0, 0, 0, 0, 0, 0, seconds)


def unclaimed(table: type[Claimable]) -> ColumnElement[bool]:
    """That nobody has a row, or nobody any more."""
    return or_(table.claimed_until.is_(None), table.claimed_until <= now())


def claim(db: Session, table: type[R], *where: ColumnElement[bool], seconds: float = CLAIM_SECONDS) -> R | None:
    """Take the row that has been due longest and fits, or None. Rows that others are taking are passed over."""
    row = db.scalars(
        select(table)
        .where(table.due_at <= now(), unclaimed(table), *where)
        .order_by(table.due_at)
        .limit(1)
        .with_for_update(skip_locked=True, key_share=True)
    ).one_or_none()
    if row is None:
        return None
    row.claim_token = secrets.token_hex(8)
    row.claimed_until = db.scalar(select(seconds_from_now(seconds)))
    db.flush()
    return row


def claim_counted(db: Session, table: type[C]) -> C | None:
    """The same, counting: due again later each time, unless whoever has it says when."""
    row = claim(db, table)
    if row is not None:
        row.attempts += 1
        wait = min(CLAIM_SECONDS * 2 ** (row.attempts - 1), LONGEST_SECONDS)
        row.due_at = db.scalar(select(seconds_from_now(wait)))
        db.flush()
    return row


def renew(db: Session, table: type[R], row_ids: Sequence[str], token: str, seconds: float = CLAIM_SECONDS) -> bool:
    """Make a claim last longer, of the rows that it still has; False when it has none any more.

    Rows that somebody is writing are left for the next time: else this could wait for a writer who waits for this.
    """
    ours = (table.id.in_(row_ids), table.claim_token == token)
    free = select(table.id).where(*ours).with_for_update(skip_locked=True, key_share=True)
    renewed = update(table).where(table.id.in_(free)).values(claimed_until=seconds_from_now(seconds))
    db.execute(renewed.execution_options(synchronize_session=False))
    return bool(db.scalar(select(exists().where(*ours))))


def still_ours(db: Session, table: type[R], row_id: str, token: str | None) -> R | None:
    """The claimed row, locked for writing and kept, or None when somebody else has taken it."""
    return db.scalars(
        select(table)
        .where(table.id == row_id, table.claim_token == token)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()


def fenced(db: Session, table: type[R], row_id: str, token: str | None) -> R | None:
    """The claimed row, locked for writing and with the claim given back, or None when somebody else has taken it."""
    row = still_ours(db, table, row_id, token)
    if row is not None:
        row.claim_token = row.claimed_until = None
    return row
