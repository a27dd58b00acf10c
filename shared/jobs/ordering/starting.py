"""What a training starts from: a base model of the catalogue, or a tuned model or checkpoint of the team's, trained further."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.errors import FieldError, InvalidRequest
from shared.ids import ConnectionId, TeamId
from shared.jobs.tables import Job, JobCheckpoint
from shared.registry.queries import check_usable, find_model


@dataclass(frozen=True, slots=True)
class Start:
    """`base`: the model of the catalogue at the root, which decides price, encoding and methods. The rest is None if it is started
    from that itself: `trained_from` is the provider's name of what is trained further, which only `connection_id` has.
    """

    base: str
    trained_from: str | None = None
    connection_id: ConnectionId | None = None
    lineage: dict[str, Any] | None = None


def start_of(db: Session, team_id: TeamId, name: str, connection_id: ConnectionId | None = None) -> Start:
    """What a name means: an id of the registry, a provider's name of a model or checkpoint of the team's, else a base model.

    Raises ModelRetired, and InvalidRequest when another connection was asked for.
    """
    start = _tuned(db, team_id, name) or _checkpoint(db, team_id, name) or Start(name)
    if start.connection_id is not None and connection_id not in (None, start.connection_id):
        fault = FieldError(
            "/connection_id", f"is not the one that has {name}: leave it out, or name {start.connection_id}"
        )
        raise InvalidRequest("A tuned model is trained further where it is.", [fault])
    return start


def _tuned(db: Session, team_id: TeamId, name: str) -> Start | None:
    model = find_model(db, team_id, name)
    if model is None:
        return None
    check_usable(model)
    lineage: dict[str, Any] = {"model_id": model.id, "provider_model": model.provider_model, "job_id": model.job_id}
    if model.step is not None:
        lineage["step"] = model.step
    return Start(model.base_model, model.provider_model, model.connection_id, lineage)


def _checkpoint(db: Session, team_id: TeamId, name: str) -> Start | None:
    named = (JobCheckpoint.model == name, JobCheckpoint.team_id == team_id)
    found = select(Job, JobCheckpoint.step).join(JobCheckpoint, JobCheckpoint.job_id == Job.id)
    row = db.execute(found.where(*named).order_by(Job.id.desc()).limit(1)).first()
    if row is None:
        return None
    job, step = row
    lineage = {"model_id": None, "provider_model": name, "job_id": job.id, "step": step}
    return Start(job.model, name, job.connection_id, lineage)
