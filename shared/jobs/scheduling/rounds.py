"""Rounds: the looks that are due at one connection, claimed together, so that one page of the provider's list can serve a hundred.

One round at a time is made at a connection, by whichever worker comes first. Each job in it is claimed as any work is: what is
written of it later is fenced by the round's token. What a round does not come to stays due.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, case, exists, func, or_, select, update
from sqlalchemy.orm import Session

from shared.connections.allowance import available, capacity, draw, give_back, lock
from shared.connections.limits import limits_of
from shared.connections.tables import Connection, Pace
from shared.db import CLAIM_SECONDS, now, seconds_from_now, unclaimed
from shared.ids import ConnectionId, JobId
from shared.jobs.scheduling.admitting import found_over
from shared.jobs.scheduling.taking import PAGE, Step, Work, in_rounds, may_be_asked, round_needs
from shared.jobs.tables import Job
from shared.lifecycles import JobStatus
from shared.queue import Task

MOST_JOBS = 500
"""In one round."""
AHEAD_SECONDS = 10.0
"""What is due so soon is looked at along with the rest when a list is read anyway."""


@dataclass(frozen=True, slots=True)
class Round:
    """Claimed jobs of one connection, those that have been due longest first, and last what was over when it was found; all of it
    detached: read it, no more.

    `live`: how many jobs of ours are there in all. `drawn`: how many requests may be sent. `pages`: the most that are read of the
    provider's list; none when asking for each is cheaper.
    """

    connection: Connection
    jobs: Sequence[Job]
    token: str
    claimed_at: datetime
    live: int
    drawn: int
    pages: int

    @property
    def by_pages(self) -> bool:
        return self.pages > 0

    @property
    def is_dear(self) -> bool:
        """Whether a round costs half of what the connection takes at once: then orders get a turn before the next."""
        return self.live / PAGE > capacity(limits_of(self.connection).requests_per_minute) / 2

    def work(self, job: Job) -> Work:
        """One of its jobs, as what is written of single ones wants it."""
        return Work(job, self.connection, self.token, Step.LOOK, self.claimed_at)

    def lags(self, looked_at: Sequence[JobId]) -> list[float]:
        """How many seconds after they were due these jobs' turn came."""
        due = {job.id: job.due_at for job in self.jobs}
        late = ((self.claimed_at - moment).total_seconds() for one in looked_at if (moment := due[one]))
        return [max(0.0, seconds) for seconds in late]


class _Due(NamedTuple):
    connection: Connection
    live: int
    due: int


def any_round(db: Session) -> bool:
    """Whether a connection has looks that are due and may be asked."""
    return next(_connections(db), None) is not None


def take_round(db: Session) -> Round | None:
    """Claim the looks that are due at the connection where one has been due longest, and draw what may be asked for them."""
    for found in _connections(db):
        # Somebody may have begun a round there since this was asked, or made one.
        may_begin = lock(db, found.connection.id) and not _is_under_way(db, found.connection.id)
        if may_begin and (round_ := _claim(db, found)).jobs:
            return round_
    return None


def record_unchanged(db: Session, round_: Round, waits: Mapping[float, Sequence[JobId]]) -> None:
    """Jobs of which nothing new was seen are due again after so many seconds; those that a person hurried meanwhile, at once."""
    hurried = or_(Job.status == JobStatus.CANCELLING, Job.watched_at > round_.claimed_at)
    for seconds, job_ids in waits.items():
        due_at = case((hurried, Job.due_at), else_=seconds_from_now(seconds))
        _write(db, round_, job_ids, due_at=due_at, claim_token=None, claimed_until=None)


def record_seen(db: Session, round_: Round, seen: Mapping[str, Sequence[JobId]]) -> None:
    """What the provider calls jobs that are over, and whose end is still to be written down: they stay claimed, and due."""
    for status, job_ids in seen.items():
        _write(db, round_, job_ids, provider_status=status)


def give_up_claims(db: Session, round_: Round) -> None:
    """What the round did not come to is due as before."""
    _write(db, round_, [job.id for job in round_.jobs], claim_token=None, claimed_until=None)


def _connections(db: Session) -> Iterator[_Due]:
    mine = in_rounds(Connection.id)
    longest = select(Job.due_at).where(*mine, *_due(0)).order_by(Job.due_at).limit(1).scalar_subquery()
    asked = (
        select(Connection, _count(*mine), _count(*mine, *_due(0)))
        .join(Pace, Pace.connection_id == Connection.id)
        .where(select(Job.id).where(*mine, *_due(0)).exists(), *may_be_asked(Task.POLL_JOBS))
        .where(available() >= round_needs())
        .order_by(longest)
    )
    yield from (_Due(*row) for row in db.execute(asked))


def _count(*where: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(Job).where(*where).correlate(Connection).scalar_subquery()


def _due(ahead_seconds: float) -> tuple[ColumnElement[bool], ...]:
    return Job.due_at <= seconds_from_now(ahead_seconds), unclaimed(Job)


def _is_under_way(db: Session, connection_id: ConnectionId) -> bool:
    return bool(db.scalar(select(exists().where(*in_rounds(connection_id), Job.claimed_until > now()))))


def _claim(db: Session, found: _Due) -> Round:
    connection, token = found.connection, secrets.token_hex(8)
    drawn = draw(db, connection.id, int(capacity(limits_of(connection).requests_per_minute)))
    pages = 0 if connection.failures else _pages(found, drawn)
    # A connection that had failed is asked one thing first.
    most = 1 if connection.failures else MOST_JOBS if pages else max(1, drawn)
    jobs = _lock_jobs(db, connection.id, AHEAD_SECONDS if pages else 0, most)
    until = {"claim_token": token, "claimed_until": seconds_from_now(CLAIM_SECONDS)}
    claimed = update(Job).where(Job.id.in_([job.id for job in jobs])).values(until)
    db.execute(claimed.execution_options(synchronize_session=False))
    if not jobs:
        give_back(db, connection.id, drawn, 0)
    moment = db.scalars(select(now())).one()
    return Round(connection, jobs, token, moment, found.live, drawn, pages)


def _pages(found: _Due, drawn: int) -> int:
    """How many pages may be read; the whole list perhaps. What does not suffice for all of it is halved with single looks,
    for who is further down is found on no page.
    """
    needed = 1 + found.live // PAGE
    most = drawn if needed <= drawn else drawn // 2
    return most if found.due > 2 * min(needed, most) else 0


def _lock_jobs(db: Session, connection_id: ConnectionId, ahead_seconds: float, most: int) -> Sequence[Job]:
    return db.scalars(
        select(Job)
        .where(*in_rounds(connection_id), *_due(ahead_seconds))
        .order_by(found_over(), Job.due_at)
        .limit(most)
        .with_for_update(skip_locked=True, key_share=True)
    ).all()


def _write(db: Session, round_: Round, job_ids: Sequence[JobId], **values: object) -> None:
    ours = (Job.id.in_(job_ids), Job.claim_token == round_.token)
    db.execute(update(Job).where(*ours).values(**values).execution_options(synchronize_session=False))
