"""Requests that carried an Idempotency-Key: found again when they are repeated, kept with their answers in the transaction
that did what they asked for. A key belongs to a team (or to the organisation), so a flush of Redis forgets nothing.
"""

from sqlalchemy import ColumnElement, delete, exists, func, select
from sqlalchemy.orm import Session

from shared.db import now
from shared.errors import IdempotencyInProgress, IdempotencyMismatch
from shared.ids import TeamId
from shared.teams.tables import RememberedRequest

DAYS_KEPT = 8
_AT_ONCE = 1_000


def recall(db: Session, team_id: TeamId | None, key: str, fingerprint: str) -> RememberedRequest | None:
    """The answer that this request got before; None = it is the first, and this transaction now owns the key.

    Raises IdempotencyInProgress while another transaction owns it, IdempotencyMismatch when the key was used for a
    request with another fingerprint.
    """
    owner = team_id or ""
    lock = func.hashtextextended(f"idempotency {owner} {key}", 0)
    if not db.scalar(select(func.pg_try_advisory_xact_lock(lock))):
        raise IdempotencyInProgress
    remembered = db.scalars(
        select(RememberedRequest).where(
            func.coalesce(RememberedRequest.team_id, "") == owner, RememberedRequest.key == key
        )
    ).one_or_none()
    if remembered is not None and remembered.fingerprint != fingerprint:
        raise IdempotencyMismatch
    return remembered


def remember(db: Session, request: RememberedRequest) -> None:
    """Keep an answer; whoever calls has called `recall` in this transaction."""
    db.add(request)
    db.flush()


def any_to_forget(db: Session) -> bool:
    """Whether an answer has been kept long enough."""
    return bool(db.scalar(select(exists().where(_is_old()))))


def forget(db: Session) -> bool:
    """Let go of some answers that were kept long enough; False when there were none."""
    old = select(RememberedRequest.id).where(_is_old()).limit(_AT_ONCE).with_for_update(skip_locked=True)
    forgotten = db.execute(
        delete(RememberedRequest).where(RememberedRequest.id.in_(old)).returning(RememberedRequest.id)
    )
    return forgotten.first() is not None


def _is_old() -> ColumnElement[bool]:
    return RememberedRequest.created_at < now() - func.make_interval(0, 0, 0, DAYS_KEPT)
