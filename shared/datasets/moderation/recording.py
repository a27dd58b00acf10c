"""What the worker records of moderations. Every write is fenced by the claim, so that a round that is asked twice counts once."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from shared.connections.offering import barred
from shared.connections.outages import leave_alone, note_answer
from shared.connections.tables import Connection
from shared.datasets.moderation.findings import keep_findings
from shared.datasets.moderation.portions import Portion
from shared.datasets.moderation.tables import Moderation
from shared.datasets.moderation.verdicts import Verdict
from shared.datasets.recording import look_for_remedies_again
from shared.datasets.routing.queries import routing_of
from shared.datasets.tables import Dataset
from shared.db import claim, fenced, now, ring, seconds_from_now
from shared.lifecycles import ModerationStatus
from shared.notices.actions import tell
from shared.queue import Task

MOST_ATTEMPTS = 30
"""Rounds in a row without an answer before a moderation is given up; with the waits between them, at least two hours."""
LONGEST_WAIT_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Work:
    """A claimed moderation, with what it is about. All are detached: read them, no more.

    `barred` says why nothing more may be shown to the provider.
    """

    moderation: Moderation
    dataset: Dataset
    connection: Connection
    token: str
    barred: str | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a round brought nothing, and how long to wait at least.

    `for_everyone`: nothing else is to be asked of that connection meanwhile.
    """

    code: str
    reason: str
    wait_seconds: float = 0.0
    for_everyone: bool = False


def due_for() -> tuple[ColumnElement[bool], ...]:
    """Which moderations may be taken, apart from being due: those whose connection is not left alone."""
    resting = select(Connection.id).where(Connection.resume_at > now())
    return (Moderation.connection_id.not_in(resting),)


def take(db: Session) -> Work | None:
    """Claim the moderation that has waited longest, or None."""
    moderation = claim(db, Moderation, *due_for())
    if moderation is None:
        return None
    assert moderation.claim_token is not None
    moderation.status = ModerationStatus.RUNNING
    moderation.attempts += 1
    dataset = db.get_one(Dataset, moderation.dataset_id)
    connection = db.get_one(Connection, moderation.connection_id)
    routing = routing_of(db, moderation.team_id, [moderation.dataset_id])
    why_not = barred(db, connection, moderation.team_id) or routing.barred(connection)
    return Work(moderation, dataset, connection, moderation.claim_token, why_not and f"{why_not}.")


def record_round(db: Session, work: Work, portion: Portion, verdicts: Sequence[Verdict]) -> None:
    """Keep what was said of a portion, and go on behind it, or end. Writes nothing when the claim was lost."""
    moderation = fenced(db, Moderation, work.moderation.id, work.token)
    if moderation is None:
        return
    flagged = [one for one in verdicts if one.moderated.flagged]
    keep_findings(db, moderation.dataset_id, flagged)
    moderation.line, moderation.offset = portion.end.line, portion.end.offset
    moderation.n_passed = portion.end.n_passed
    moderation.n_asked += len(verdicts)
    moderation.n_cut += sum(one.shown.is_cut for one in verdicts)
    moderation.n_flagged += len(flagged)
    moderation.categories = dict(Counter(moderation.categories) + Counter(_categories(flagged)))
    moderation.reason_code = moderation.reason = None
    moderation.attempts = 0
    if work.connection.failures:
        note_answer(db, work.connection.id)
    if portion.is_last:
        _end(db, moderation, ModerationStatus.SUCCEEDED)
        look_for_remedies_again(db, moderation.dataset_id)
    else:
        moderation.due_at = db.scalar(select(now()))
        ring(db, Task.MODERATE_DATASETS)


def record_trouble(db: Session, work: Work, trouble: Trouble) -> None:
    """A round brought nothing: try the same again later, or give up. Writes nothing when the claim was lost."""
    moderation = fenced(db, Moderation, work.moderation.id, work.token)
    if moderation is None:
        return
    if moderation.attempts >= MOST_ATTEMPTS:
        _fail(db, moderation, trouble.code, f"Given up after {MOST_ATTEMPTS} tries: {trouble.reason}")
        return
    grown = min(2.0**moderation.attempts, LONGEST_WAIT_SECONDS)
    wait = max(trouble.wait_seconds, grown)
    moderation.reason_code, moderation.reason = trouble.code, trouble.reason
    moderation.due_at = db.scalar(select(seconds_from_now(wait)))
    if trouble.for_everyone:
        leave_alone(db, work.connection.id, wait)


def record_failure(db: Session, work: Work, code: str, reason: str) -> None:
    """End what cannot be gone on with. What was found so far stays. Writes nothing when the claim was lost."""
    moderation = fenced(db, Moderation, work.moderation.id, work.token)
    if moderation is not None:
        _fail(db, moderation, code, reason)


def _categories(flagged: Sequence[Verdict]) -> Iterator[str]:
    for one in flagged:
        yield from one.moderated.categories


def _fail(db: Session, moderation: Moderation, code: str, reason: str) -> None:
    moderation.reason_code, moderation.reason = code, reason
    _end(db, moderation, ModerationStatus.FAILED)


def _end(db: Session, moderation: Moderation, status: ModerationStatus) -> None:
    moderation.status, moderation.due_at = status, None
    moderation.finished_at = db.scalar(select(now()))
    about = {"dataset_id": moderation.dataset_id, "n_flagged": moderation.n_flagged, "reason": moderation.reason}
    tell(db, moderation.team_id, f"moderation.{status}", moderation.id, **about)
