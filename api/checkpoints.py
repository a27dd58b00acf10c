"""Checkpoints of jobs: what was kept on the way, and taking it into the registry."""

from typing import Annotated, Any

from fastapi import Header, Path

from api.dependencies import Read, TeamMember, Write
from api.problems import problems
from api.routing import noun
from api.schemas.base import JobId
from api.schemas.checkpoints import JobCheckpoints, JobCheckpointSchema
from api.schemas.registry import ModelSchema
from api.sheets import CSV, also_csv, sheet
from shared.errors import ModelRetired, NotFound
from shared.jobs.following.checkpoints import kept, register_checkpoint
from shared.jobs.queries import get_job

router = noun("jobs")

Step = Annotated[int, Path(ge=0, le=2**31 - 1)]


@router.get(
    "/jobs/{job_id}/checkpoints",
    summary="Read a job's checkpoints",
    response_model=JobCheckpoints,
    responses={**problems(NotFound), **also_csv("step,model,model_id,at,train_loss\n202,ft:…:ckpt-step-202,,…,0.31\n")},
)
def get_checkpoints(
    job_id: JobId, caller: TeamMember, db: Read, accept: Annotated[str, Header()] = "application/json"
) -> Any:
    """The models that the provider kept on the way; known when the job has ended. CSV by `Accept: text/csv`."""
    job = get_job(db, job_id, team_id=caller.team_id)
    data = [JobCheckpointSchema.of(one) for one in kept(db, job)]
    if CSV in accept:
        return sheet(JobCheckpointSchema.columns(data), (one.row() for one in data))
    return JobCheckpoints(data=data)


@router.post(
    "/jobs/{job_id}/checkpoints/{step}/register",
    summary="Take a checkpoint into the registry",
    responses=problems(NotFound, ModelRetired),
)
def register_as_model(job_id: JobId, step: Step, caller: TeamMember, db: Write) -> ModelSchema:
    """From then on it is a model like the job's own: it can be evaluated, asked, put behind an alias, deployed and trained further.

    Its lineage is the job's, with its step and what was measured there. Repeating it changes nothing, and costs nothing.
    """
    return ModelSchema.model_validate(register_checkpoint(db, job_id, step, caller))
