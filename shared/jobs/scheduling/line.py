"""Where queued jobs stand in the lines of their connections, and why they wait. Of other teams only numbers are told."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.connections.limits import limits_of
from shared.connections.tables import Connection
from shared.db import now
from shared.ids import ConnectionId, JobId, TeamId
from shared.jobs.scheduling.turns import Place, before
from shared.jobs.tables import Job
from shared.lifecycles import JobStatus


@dataclass(frozen=True, slots=True)
class Standing:
    """A queued job's place, from 1; None while its time has not come. `reason` says what it waits for."""

    position: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class _Line:
    """One connection's line: who waits, and how many jobs are at the provider already."""

    connection: Connection
    places: Sequence[Place]
    there: int
    not_begun: int
    is_resting: bool


def standings(db: Session, jobs: Iterable[Job]) -> dict[JobId, Standing]:
    """Where those of the jobs stand that are queued."""
    queued = defaultdict[ConnectionId, list[Job]](list)
    for job in jobs:
        if job.status is JobStatus.QUEUED:
            queued[job.connection_id].append(job)
    found: dict[JobId, Standing] = {}
    for connection_id, waiting in queued.items():
        connection = db.get(Connection, connection_id)
        if connection is None:
            found |= {
                job.id: Standing(None, "Its connection was closed to the team: it will not be sent.") for job in waiting
            }
            continue
        line, own = _line(db, connection), _own_before(db, connection_id, {job.team_id for job in waiting})
        found |= {job.id: _standing(line, job, own.get(job.id)) for job in waiting}
    return found


def _line(db: Session, connection: Connection) -> _Line:
    columns = ("team_id", "weight", "begun", "ended", "waiting", "there", "not_begun")
    rows = db.execute(select(func.tw_line(connection.id).table_valued(*columns))).all()
    places = [Place(row.team_id, row.weight, max(row.begun, row.ended), row.waiting) for row in rows if row.waiting]
    resting = select(Connection.resume_at > now()).where(Connection.id == connection.id)
    there, not_begun = sum(row.there for row in rows), sum(row.not_begun for row in rows)
    return _Line(connection, places, there, not_begun, bool(db.scalar(resting)))


def _own_before(db: Session, connection_id: ConnectionId, teams: Iterable[TeamId]) -> Mapping[JobId, int]:
    """How many jobs of its own team go before each that is queued and due."""
    order = (Job.priority.desc(), Job.id)
    rank = func.row_number().over(partition_by=Job.team_id, order_by=order)
    waiting = (Job.connection_id == connection_id, Job.status == JobStatus.QUEUED, Job.due_at <= now())
    rows = db.execute(select(Job.id, rank).where(*waiting, Job.team_id.in_(teams)))
    return {job_id: number - 1 for job_id, number in rows}


def _standing(line: _Line, job: Job, own: int | None) -> Standing:
    if own is None:
        when = f" before {job.not_before:%Y-%m-%d %H:%M} UTC" if job.not_before else " yet"
        return Standing(None, f"It is not to be sent{when}.")
    others = before(line.places, job.team_id, own)
    return Standing(1 + own + others, f"{_why(line)}{_who(own, others)}.")


def _why(line: _Line) -> str:
    limits, name = limits_of(line.connection), line.connection.name
    if line.is_resting:
        return f"{name} is left alone for a while, since it did not do as asked"
    if limits.has_place(line.there, line.not_begun):
        return f"{name} has a place"
    if limits.running is None:
        return f"{line.not_begun} of {limits.queued} wait on {name} to be begun"
    if limits.running == 0 or not limits.queued:
        return f"{line.there} of {limits.running} running on {name}"
    begun = line.there - line.not_begun
    return f"{begun} of {limits.running} running on {name}, where {line.not_begun} of {limits.queued} wait to be begun"


def _who(own: int, others: int) -> str:
    named = [f"{own} of yours"] * bool(own) + [f"{others} of other teams"] * bool(others)
    if not named:
        return "; it is the next"
    first, *more = named
    jobs = first.replace(" of ", " job of " if first.startswith("1 ") else " jobs of ", 1)
    are = "is" if own + others == 1 else "are"
    return f"; {' and '.join([jobs, *more])} {are} before it"
