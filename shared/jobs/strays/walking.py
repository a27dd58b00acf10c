"""Walks: when a connection's list is looked through, and how far.

While jobs of ours are there, or were within the hour, its newest page is read every half minute, else every ten minutes, and
onwards until a page holds nothing new. Once an hour the list is read on whatever is known of it: to its end, or as far as a
quarter of what may be asked in a minute goes, or its time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from shared.connections.allowance import available, capacity, draw, give_back, most_at_once
from shared.connections.limits import limits_of
from shared.connections.tables import Connection, Pace
from shared.db import claim, fenced, now, seconds_from_now
from shared.jobs.strays.queries import seconds_to_unsettled
from shared.jobs.strays.recording import tell_of_all
from shared.jobs.strays.tables import Walk
from shared.jobs.tables import Job
from shared.lifecycles import JOB

BUSY_SECONDS = 30.0
"""As far apart as the looks at a job that nobody watches."""
IDLE_SECONDS = 600.0
BROKEN_SECONDS = 60.0
"""After a walk that broke off."""
UNSETTLED_SECONDS = 5.0
"""While a duplicate is not over."""
WHOLE_EVERY = timedelta(hours=1)
_REQUESTS = 4


@dataclass(frozen=True, slots=True)
class Work:
    """A claimed walk; detached. `is_whole`: on to the end of the list, whatever is known of it; no more than `most_pages`."""

    connection: Connection
    token: str
    is_whole: bool
    drawn: int

    @property
    def most_pages(self) -> int:
        return max(1, int(capacity(limits_of(self.connection).requests_per_minute)))


def due_for() -> tuple[ColumnElement[bool], ...]:
    """Which connections may be walked now: those in use that answer, and may be sent something."""
    open_ones = (
        select(Connection.id)
        .join(Pace, Pace.connection_id == Connection.id)
        .where(
            Connection.archived_at.is_(None),
            Connection.failures == 0,
            available() >= func.least(_REQUESTS, most_at_once()),
        )
        .where((Connection.resume_at.is_(None)) | (Connection.resume_at <= now()))
    )
    return (Walk.id.in_(open_ones),)


def take(db: Session) -> Work | None:
    """Claim the walk that has been due longest, or None."""
    walk = claim(db, Walk, *due_for())
    if walk is None or walk.claim_token is None:
        return None
    connection = db.get_one(Connection, walk.id)
    moment: datetime = db.scalars(select(now())).one()
    is_whole = walk.whole_at is None or moment - walk.whole_at >= WHOLE_EVERY
    return Work(connection, walk.claim_token, is_whole, draw(db, connection.id, _REQUESTS))


def record_walked(db: Session, work: Work, asked: int, *, is_done: bool) -> None:
    """When it is due again. `is_done` False = it broke off, and is begun anew."""
    give_back(db, work.connection.id, work.drawn, asked)
    if (walk := fenced(db, Walk, work.connection.id, work.token)) is None:
        return
    if is_done and work.is_whole:
        if walk.whole_at is None:
            tell_of_all(db, work.connection)
        walk.whole_at = db.scalar(select(now()))
    walk.due_at = db.scalar(select(seconds_from_now(_wait(db, work) if is_done else BROKEN_SECONDS)))


def _wait(db: Session, work: Work) -> float:
    soonest = seconds_to_unsettled(db, work.connection.id)
    usual = _usual_wait(db, work)
    return usual if soonest is None else min(usual, max(UNSETTLED_SECONDS, soonest))


def _usual_wait(db: Session, work: Work) -> float:
    recent = or_(Job.status.not_in(JOB.terminal), Job.finished_at > now() - WHOLE_EVERY)
    is_busy = db.scalar(select(exists().where(Job.connection_id == work.connection.id, recent)))
    return BUSY_SECONDS if is_busy else IDLE_SECONDS
