"""What was ordered to happen after a job: an evaluation of what it made. Written down with the job's end, in one transaction.

The evaluation itself stands above jobs (`shared.evaluations.following`): here is only what is planned, and that it is due.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.db import now, ring
from shared.ids import ConnectionId, DatasetId
from shared.jobs.story import note
from shared.jobs.tables import FollowUp, Job
from shared.queue import Task


@dataclass(frozen=True, slots=True)
class Compared:
    """A model that the tuned one is compared with; a base model may be asked on a connection of choice."""

    model: str
    connection_id: ConnectionId | None = None


@dataclass(frozen=True, slots=True)
class EvaluationPlan:
    """What is to be evaluated when a job has succeeded.

    `dataset_id` None = the job's validation dataset. `compare_with` None = the base model; the first is the reference.
    """

    graders: Sequence[str]
    dataset_id: DatasetId | None = None
    max_answers: int = 500
    compare_with: Sequence[Compared] | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "EvaluationPlan":
        """What `as_json` made, read back; what else was written beside it is left there."""
        others = stored["compare_with"]
        compared = None if others is None else [Compared(**one) for one in others]
        return cls(stored["graders"], stored["dataset_id"], stored["max_answers"], compared)


def follow_up(db: Session, job: Job) -> None:
    """A job has succeeded: what was planned for then is due, if anything was."""
    if job.evaluation is None:
        return
    moment = db.scalar(select(now()))
    db.add(FollowUp(id=job.id, team_id=job.team_id, due_at=moment))
    ring(db, Task.ORDER_EVALUATIONS)


def drop(db: Session, job: Job) -> None:
    """A job that was being cancelled has succeeded all the same: nothing more is bought for it."""
    if job.evaluation is not None:
        note(db, job, "status", "Its evaluation is dropped: the job was being cancelled; its provider was faster.", {})
