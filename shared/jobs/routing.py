"""Where a job may be trained: where the data may go that it trains on, and that the model was made of which it trains further."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

from shared.datasets.routing.queries import routing_of
from shared.datasets.routing.rules import Routing
from shared.ids import DatasetId, JobId, TeamId
from shared.jobs.tables import Job


def routing_of_job(db: Session, job: Job) -> Routing:
    """The rules on all that a job's model will have been trained on."""
    return routing_of_training(db, job.team_id, (job.dataset_id, job.validation_dataset_id), job.continues)


def routing_of_training(
    db: Session, team_id: TeamId, dataset_ids: tuple[DatasetId | None, ...], continues: Mapping[str, Any] | None
) -> Routing:
    """The same of a training that is not stored yet; `continues` as in a job's row."""
    return routing_of(db, team_id, {*dataset_ids, *trained_on(db, (continues or {}).get("job_id"))})


def trained_on(db: Session, job_id: JobId | None) -> Iterator[DatasetId | None]:
    """What the model that a job made was trained on, and the models that it goes on from, as far as their jobs are known here."""
    seen = set[str]()
    while job_id is not None and job_id not in seen and (job := db.get(Job, job_id)) is not None:
        seen.add(job_id)
        yield from (job.dataset_id, job.validation_dataset_id)
        job_id = (job.continues or {}).get("job_id")
