"""Which queued job goes to its provider next: the connections that have a place take turns, then the teams, then a team's own.

A job holds its place from the moment it is admitted until it is over at the provider; one that is paused holds none.
"""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, lateral, not_, select, true, update
from sqlalchemy.orm import Session, aliased

from shared.connections.allowance import lock
from shared.connections.limits import limits_of
from shared.connections.tables import Connection, Pace
from shared.db import now
from shared.ids import ConnectionId, JobId, TeamId
from shared.jobs.scheduling.turns import turn_of
from shared.jobs.tables import Job, Origin, Turn
from shared.lifecycles import JobStatus
from shared.teams.tables import Team

AT_PROVIDER = (
    JobStatus.UPLOADING,
    JobStatus.SUBMITTING,
    JobStatus.SUBMIT_UNKNOWN,
    JobStatus.RUNNING,
    JobStatus.CANCELLING,
)
"""Those that hold a place. `tw_line` counts the same."""
NOT_BEGUN = ("created", "pending", "queued", "validating_files")
"""What providers call a job that waits there."""

_OVER = ("succeeded", "failed", "cancelled")
"""What providers call a job that is over."""


class Next(NamedTuple):
    """The job whose turn it is, and when that began on the clock of turns."""

    job_id: JobId
    team_id: TeamId
    weight: int
    begins: int


def found_over() -> ColumnElement[bool]:
    """That a job was over at its provider when it was found there: it is still to be read, which hurries nobody, and it holds
    no place.
    """
    return and_(Job.origin != Origin.ORDERED, func.coalesce(Job.provider_status, NOT_BEGUN[0]).in_(_OVER))


def is_found_over(job: Job) -> bool:
    """The same of a row that is there."""
    return job.origin is not Origin.ORDERED and job.provider_status in _OVER


def any_to_admit(db: Session, *where: ColumnElement[bool]) -> bool:
    """Whether a queued job could be sent. `where`: which connections may be asked at all."""
    return next(_connections(db, where), None) is not None


def admit(db: Session, *where: ColumnElement[bool]) -> JobId | None:
    """Give the next job its turn, and its connection's row to this transaction. None when none may go."""
    for connection in _connections(db, where):
        # Only now is it certain that nobody else has just taken the last place.
        if lock(db, connection.id) and _has_place(db, connection):
            found = db.execute(_next(connection.id)).first()
            if found is not None:
                return _give_turn(db, connection.id, Next(*found))
    return None


def _connections(db: Session, where: tuple[ColumnElement[bool], ...]) -> Iterator[Connection]:
    """Those that have a place and somebody who waits for it; first the one whose last job was sent longest ago."""
    waits = select(Job.id).where(Job.connection_id == Connection.id, *_may_go()).exists()
    asked = select(Connection).join(Pace, Pace.connection_id == Connection.id).where(waits, *where)
    for connection in db.scalars(asked.order_by(Pace.admitted_at.asc().nulls_first(), Connection.id)):
        if _has_place(db, connection):
            yield connection


def _has_place(db: Session, connection: Connection) -> bool:
    limits = limits_of(connection)
    if limits.running is None and limits.queued is None:
        return True
    not_begun = func.coalesce(Job.provider_status, NOT_BEGUN[0]).in_(NOT_BEGUN)
    counted = select(func.count(), func.count().filter(not_begun)).select_from(Job)
    mine = (Job.connection_id == connection.id, Job.status.in_(AT_PROVIDER), not_(found_over()))
    there, waiting = db.execute(counted.where(*mine)).one()
    return limits.has_place(there, waiting)


def _may_go() -> tuple[ColumnElement[bool], ...]:
    return Job.status == JobStatus.QUEUED, Job.due_at <= now()


def _next(connection_id: ConnectionId) -> Select[JobId, TeamId, int, int]:
    """The first job of the team whose next turn begins first: one look into the index for each team."""
    mine = (Job.connection_id == Turn.connection_id, Job.team_id == Turn.team_id)
    first = lateral(select(Job.id).where(*mine, *_may_go()).order_by(Job.priority.desc(), Job.id).limit(1))
    everyone = aliased(Turn)
    latest = select(func.max(everyone.begun)).where(everyone.connection_id == connection_id).scalar_subquery()
    begins = func.greatest(Turn.ended, latest)
    return (
        select(first.c.id, Turn.team_id, Team.weight, begins)
        .join(Team, Team.id == Turn.team_id)
        .join(first, true())
        .where(Turn.connection_id == connection_id)
        .order_by(begins, Turn.team_id)
        .limit(1)
    )


def _give_turn(db: Session, connection_id: ConnectionId, chosen: Next) -> JobId:
    turn = (Turn.connection_id == connection_id, Turn.team_id == chosen.team_id)
    ends = chosen.begins + turn_of(chosen.weight)
    db.execute(update(Turn).where(*turn).values(begun=chosen.begins, ended=ends))
    db.execute(update(Pace).where(Pace.connection_id == connection_id).values(admitted_at=now()))
    return chosen.job_id
