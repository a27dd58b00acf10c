"""The most that a job, or the jobs of a group together, may cost: whether the work that was seen has come so far."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.ids import GroupId
from shared.jobs.costs.timing import is_timed
from shared.jobs.tables import Job, JobGroup, Origin
from shared.lifecycles import JOB
from shared.money import Usd, total
from shared.spend.queries import charged_for

_COST = "cost_nanos"
"""In a job's progress: what its work cost when it was last seen."""
AT_CAP = "at_cap"
"""In a job's progress: why it was made to stand still, which its `reason` tells only until something else is told."""


def at_its_most(db: Session, job: Job, cost: Usd | None) -> str | None:
    """Why a job that trains is to stand still; None = it may go on. `cost`: of the work that was seen, if that is known."""
    most = cap_of(job)
    if cost is not None and most is not None and cost >= most:
        return f"The work that was seen costs ${cost}, and it may cost ${most}."
    return spent_group(db, job)


def cap_of(job: Job) -> Usd | None:
    """What a job may cost, if there is such a bound: of one that was found again nobody knows it any more."""
    return job.held if is_timed(job) and job.origin is Origin.ORDERED else job.max_cost


def note_cost(db: Session, job: Job, cost: Usd) -> None:
    """Remember what the work of a job that belongs to a group costs, for the sum."""
    if job.group_id is not None:
        job.progress = {**job.progress, _COST: cost.nanos}
        db.flush()


def spent_group(db: Session, job: Job) -> str | None:
    """Why nothing more may be done for a job: its group has come to its most. None = it has not, or there is none.

    What the evaluations of the group may cost is kept for them.
    """
    if job.group_id is None:
        return None
    group = db.get_one(JobGroup, job.group_id)
    most, seen = group.max_cost - group.for_evaluations, cost_of_group(db, group.id)
    return f"The work that was seen of {group.id} costs ${seen}, and it may cost ${most}." if seen >= most else None


def cost_of_group(db: Session, group_id: GroupId) -> Usd:
    """What its jobs have cost: those that are over as they were charged, the others by the work that was seen."""
    jobs = db.execute(select(Job.id, Job.status, Job.progress).where(Job.group_id == group_id)).all()
    over = [job.id for job in jobs if job.status in JOB.terminal]
    seen = [Usd(job.progress.get(_COST, 0)) for job in jobs if job.status not in JOB.terminal]
    return total([*charged_for(db, over).values(), *seen])
