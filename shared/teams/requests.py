"""Requests that carried an Idempotency-Key: found again when they are repeated, kept with their answers in the transaction
that did what they asked for. A key belongs to a team (or to the organisation), so a flush of Redis forgets nothing.

What takes more than one transaction (somebody else is asked in between) is reserved in its first and remembered in its last.
A key that a caller did not choose (it begins with `IMPLICIT`) is known for minutes only, a reservation likewise.
"""

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.db import now
from shared.errors import IdempotencyInProgress, IdempotencyMismatch
from shared.ids import TeamId
from shared.teams.tables import RememberedRequest

DAYS_KEPT = 8
MINUTES_KEPT = 10
"""For implicit keys; and for how long a reservation is believed: whoever has not ended by then is dead."""
IMPLICIT = "implicit "
"""No caller's own key has a space in it."""
IN_PROGRESS = 102
_AT_ONCE = 1_000


def recall(db: Session, team_id: TeamId | None, key: str, fingerprint: str) -> RememberedRequest | None:
    """The answer that this request got before; None = it is the first, and this transaction now owns the key.

    Raises IdempotencyInProgress while another transaction owns it or somebody has reserved it, IdempotencyMismatch when the
    key was used for a request with another fingerprint.
    """
    owner = team_id or ""
    lock = func.hashtextextended(f"idempotency {owner} {key}", 0)
    if not db.scalar(select(func.pg_try_advisory_xact_lock(lock))):
        raise IdempotencyInProgress
    remembered = db.scalars(select(RememberedRequest).where(_is(team_id, key), ~_is_over())).one_or_none()
    if remembered is not None and remembered.fingerprint != fingerprint:
        raise IdempotencyMismatch
    if remembered is not None and remembered.status == IN_PROGRESS:
        raise IdempotencyInProgress
    return remembered


def reserve(db: Session, team_id: TeamId | None, key: str, fingerprint: str) -> None:
    """Own the key beyond this transaction, until its answer is remembered or it is given up."""
    answer = {"status": IN_PROGRESS, "headers": {}, "body": b""}
    remember(db, RememberedRequest(team_id=team_id, key=key, fingerprint=fingerprint, **answer))


def give_up(db: Session, team_id: TeamId | None, key: str) -> None:
    """Forget a reservation: nothing took effect, so the request may be made anew."""
    db.execute(delete(RememberedRequest).where(_is(team_id, key), RememberedRequest.status == IN_PROGRESS))


def remember(db: Session, request: RememberedRequest) -> None:
    """Keep an answer, in place of what was kept before; whoever calls owns the key, or needs no other's answer."""
    names = ("team_id", "key", "fingerprint", "status", "headers", "body")
    statement = insert(RememberedRequest).values(
        {name: getattr(request, name) for name in names} | {"created_at": now()}
    )
    db.execute(
        statement.on_conflict_do_update(
            index_elements=[func.coalesce(RememberedRequest.team_id, text("''")), RememberedRequest.key],
            set_={name: statement.excluded[name] for name in (*names[2:], "created_at")},
        )
    )


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


def _is(team_id: TeamId | None, key: str) -> ColumnElement[bool]:
    return and_(func.coalesce(RememberedRequest.team_id, "") == (team_id or ""), RememberedRequest.key == key)


def _is_old() -> ColumnElement[bool]:
    return or_(RememberedRequest.created_at < now() - func.make_interval(0, 0, 0, DAYS_KEPT), _is_over())


def _is_over() -> ColumnElement[bool]:
    """Known for minutes only, and these have passed."""
    briefly = or_(RememberedRequest.key.startswith(IMPLICIT), RememberedRequest.status == IN_PROGRESS)
    return and_(briefly, RememberedRequest.created_at < now() - func.make_interval(0, 0, 0, 0, 0, MINUTES_KEPT))
