"""Holds whose process died before it could resolve them: charged, as provisional, what they can have cost at the most.

Giving the money back instead would let a team with a dying process spend beyond its budget unseen; the provider's bill
puts it right.
"""

from dataclasses import replace

from sqlalchemy import ColumnElement, exists, select, text
from sqlalchemy.orm import Session

from shared.db import now
from shared.lifecycles import HoldStatus
from shared.spend.actions import Charge, settle
from shared.spend.tables import Hold


def any_abandoned(db: Session) -> bool:
    """Whether there is such a hold."""
    return bool(db.scalar(select(exists().where(*_abandoned()))))


def settle_one(db: Session) -> str | None:
    """Charge the hold that was abandoned first; its subject, or None when there is none."""
    if not db.scalar(text("SELECT pg_try_advisory_xact_lock(hashtext('tunewright abandoned'))")):
        return None  # somebody else is at it
    # Not locked here: `settle` locks the budgets first, as everyone does, and refuses a hold that was resolved meanwhile.
    hold = db.scalars(select(Hold).where(*_abandoned()).order_by(Hold.abandoned_at).limit(1)).one_or_none()
    if hold is None:
        return None
    settle(db, hold.subject, [replace(Charge.from_json(one), provisional=True) for one in hold.fallback])
    return hold.subject


def _abandoned() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Hold.status == HoldStatus.PENDING, Hold.abandoned_at <= now()
