"""Checkpoints as models: what was kept on the way is asked, named and deployed like what came out in the end."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.connections.tables import Connection
from shared.errors import NotFound
from shared.ids import JobId, ModelId
from shared.jobs.endings import registration
from shared.jobs.queries import get_job, list_checkpoints
from shared.jobs.tables import Job, JobCheckpoint
from shared.money import ZERO
from shared.registry.actions import register
from shared.registry.queries import check_usable, checkpoints_of, get_model
from shared.registry.tables import Model
from shared.spend.queries import charged_for
from shared.teams.actions import audit
from shared.teams.caller import Caller


@dataclass(frozen=True, slots=True)
class Kept:
    """A checkpoint, and the model that it is in the registry, if it was taken into it."""

    checkpoint: JobCheckpoint
    model_id: ModelId | None


def kept(db: Session, job: Job) -> Sequence[Kept]:
    """A job's checkpoints, the earliest step first."""
    registered = checkpoints_of(db, job.id)
    return [Kept(one, registered.get(one.model)) for one in list_checkpoints(db, job.id)]


def register_checkpoint(db: Session, job_id: JobId, step: int, caller: Caller) -> Model:
    """Take the checkpoint after a step into the registry, also one of a job that was cancelled or has failed.

    Repeating it changes nothing. Raises NotFound, and ModelRetired when it was taken out of use since.
    """
    # Locked, so that two who register the same one find one another's.
    job = get_job(db, job_id, team_id=caller.team_id, for_update=True)
    checkpoint = _at(db, job, step)
    if (known := checkpoints_of(db, job.id).get(checkpoint.model)) is not None:
        return check_usable(get_model(db, known))
    if db.get(Connection, job.connection_id) is None:  # closed to the team since
        raise NotFound("connection")
    charged = charged_for(db, [job.id]).get(job.id, ZERO)
    wanted = registration(db, job, checkpoint.model, str(charged))
    lineage = {**wanted.lineage, "step": step, "metrics": checkpoint.metrics}
    model = register(db, replace(wanted, lineage=lineage, step=step))
    audit(db, caller, "checkpoint.register", model.id, team_id=job.team_id, job_id=job.id)
    return model


def _at(db: Session, job: Job, step: int) -> JobCheckpoint:
    """The provider may have kept a step twice: the first is taken."""
    query = select(JobCheckpoint).where(JobCheckpoint.job_id == job.id, JobCheckpoint.step == step)
    found = db.scalars(query.order_by(JobCheckpoint.provider_checkpoint_id).limit(1)).one_or_none()
    if found is None:
        raise NotFound("checkpoint")
    return found
