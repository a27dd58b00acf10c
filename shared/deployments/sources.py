"""What can be deployed: a team's tuned model, or a checkpoint that was kept on the way to it."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.errors import NotFound
from shared.ids import ConnectionId, ModelId, TeamId
from shared.jobs.tables import Job, JobCheckpoint
from shared.registry.queries import check_usable, find_model


@dataclass(frozen=True, slots=True)
class Source:
    """A model as its provider calls it, and where it lies. `model_id` None = a checkpoint that is not in the registry."""

    connection_id: ConnectionId
    model: str
    base_model: str
    model_id: ModelId | None


def find_source(db: Session, team_id: TeamId, name: str) -> Source:
    """By the registry's id, or the provider's name of a model or checkpoint. Raises NotFound or ModelRetired."""
    model = find_model(db, team_id, name)
    if model is not None:
        check_usable(model)
        return Source(model.connection_id, model.provider_model, model.base_model, model.id)
    query = (
        select(Job)
        .join(JobCheckpoint, JobCheckpoint.job_id == Job.id)
        .where(JobCheckpoint.model == name, Job.team_id == team_id)
    )
    job = db.scalars(query.limit(1)).one_or_none()
    if job is None:
        raise NotFound("model")
    return Source(job.connection_id, name, job.model, None)
