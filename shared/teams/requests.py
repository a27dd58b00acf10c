"""Requests that carried an Idempotency-Key: found again when they are repeated, kept with their answers in the transaction
that did what they asked for. A key belongs to a team (or to the organisation), so a flush of Redis forgets nothing.
"""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.errors import IdempotencyInProgress, IdempotencyMismatch
from shared.ids import TeamId
from shared.teams.tables import RememberedRequest


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
