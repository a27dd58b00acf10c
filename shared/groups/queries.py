"""What is read of groups: their jobs, and what is known of each when they are compared."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import InstrumentedAttribute, Session

from shared.datasets.tables import Dataset
from shared.errors import NotFound
from shared.groups.comparing import Score, Seen
from shared.ids import EvaluationId, GroupId, JobId, TeamId
from shared.jobs.queries import follow_ups
from shared.jobs.tables import Job, JobGroup, JobMetric
from shared.registry.tables import Model
from shared.spend.queries import charged_for


def get_group(db: Session, group_id: GroupId, *, team_id: TeamId | None = None, for_update: bool = False) -> JobGroup:
    """A group; with `team_id`, one of that team. Raises NotFound. Its lock lets others order jobs that name it."""
    lock = {"key_share": True} if for_update else None
    group = db.get(JobGroup, group_id, with_for_update=lock, populate_existing=for_update)
    if group is None or team_id not in (None, group.team_id):
        raise NotFound("group")
    return group


def list_groups(db: Session, *, team_id: TeamId, after: str | None, limit: int) -> Sequence[JobGroup]:
    """A team's, the newest first."""
    query = select(JobGroup).where(JobGroup.team_id == team_id).order_by(JobGroup.id.desc()).limit(limit)
    return db.scalars(query.where(JobGroup.id < after) if after else query).all()


def jobs_of(db: Session, group_id: GroupId, *, for_update: bool = False) -> Sequence[Job]:
    """A group's jobs as they were ordered, then those that were ordered again by themselves."""
    query = select(Job).where(Job.group_id == group_id).order_by(Job.id)
    if not for_update:
        return db.scalars(query).all()
    locking = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    locked = db.scalars(locking).all()
    # Whoever was waited for may have ordered one of them again, which the first reading did not see.
    while len(found := db.scalars(locking).all()) > len(locked):
        locked = found
    return locked


def jobs_of_all(db: Session, groups: Iterable[JobGroup]) -> Mapping[GroupId, Sequence[Job]]:
    """The same for several."""
    found: dict[GroupId, list[Job]] = {group.id: [] for group in groups}
    for job in db.scalars(select(Job).where(Job.group_id.in_(found)).order_by(Job.id)):
        if job.group_id is not None:
            found[job.group_id].append(job)
    return found


def seen_of(db: Session, group: JobGroup, jobs: Sequence[Job]) -> list[Seen]:
    """What there is to compare, job by job."""
    ids = [job.id for job in jobs]
    train, valid = (_last(db, ids, measured) for measured in (JobMetric.train_loss, JobMetric.valid_loss))
    charged, evaluated = charged_for(db, ids), follow_ups(db, ids)
    scores, shares = _scores(db, ids), _shares(db, group, jobs)
    return [
        Seen(
            job=job,
            share=shares[job.id],
            train_loss=train.get(job.id),
            valid_loss=valid.get(job.id),
            charged=charged.get(job.id),
            evaluation_id=evaluated[job.id].evaluation_id if job.id in evaluated else None,
            scores=_of_evaluation(scores.get(job.id, {}), evaluated[job.id].evaluation_id)
            if job.id in evaluated
            else {},
        )
        for job in jobs
    ]


def _last(db: Session, ids: Sequence[JobId], measured: InstrumentedAttribute[float | None]) -> dict[JobId, float]:
    """What was measured last of something, by job."""
    query = select(JobMetric.job_id, measured.label("value")).where(JobMetric.job_id.in_(ids), measured.is_not(None))
    newest = query.ext(distinct_on(JobMetric.job_id)).order_by(JobMetric.job_id, JobMetric.step.desc())
    return {row.job_id: row.value for row in db.execute(newest)}


def _scores(db: Session, ids: Sequence[JobId]) -> dict[JobId, dict[str, Any]]:
    final = select(Model.job_id, Model.scores).where(Model.job_id.in_(ids), Model.step.is_(None))
    return {row.job_id: row.scores for row in db.execute(final)}


def _of_evaluation(scores: Mapping[str, Any], evaluation_id: EvaluationId | None) -> dict[str, Score]:
    """By grader."""
    found = scores.get(evaluation_id, {}).get("scores", {}) if evaluation_id else {}
    return {grader: Score(one["mean"], one["interval"]) for grader, one in found.items()}


def _shares(db: Session, group: JobGroup, jobs: Sequence[Job]) -> dict[JobId, float]:
    """Of the group's dataset, which the jobs were trained on."""
    datasets = select(Dataset.id, Dataset.derivation).where(Dataset.id.in_({job.dataset_id for job in jobs}))
    of_dataset = {row.id: (row.derivation or {}).get("sample", 1.0) for row in db.execute(datasets)}
    return {job.id: 1.0 if job.dataset_id == group.dataset_id else of_dataset[job.dataset_id] for job in jobs}
