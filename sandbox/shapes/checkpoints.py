"""The models that epochs leave behind, and the table of steps that a finished job does."""

import csv
import hashlib
import io
from dataclasses import dataclass

from sandbox.progress import Progress, share_done, step_at, wall_time
from sandbox.records import Job
from sandbox.shapes.events import metrics
from sandbox.wire import Dialect, Json

_KEPT = 3
_COLUMNS = (
    "step", "train_loss", "train_mean_token_accuracy", "valid_loss", "valid_mean_token_accuracy", "full_valid_loss",
    "full_valid_mean_token_accuracy",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Checkpoint:
    id: str
    step: int


def checkpoints(job: Job, progress: Progress) -> list[Checkpoint]:
    """Newest first, the last three: of epochs, and of pauses."""
    per_epoch = job.plan.steps_per_epoch
    steps = [epoch * per_epoch for epoch in range(1, job.plan.n_epochs + 1) if epoch * per_epoch <= progress.steps_done]
    paused = [int(job.plan.steps * share_done(job, each.elapsed)) for each in job.pauses]
    made = sorted({*steps, *(step for step in paused if step)})
    return [Checkpoint(_id(job, step), step) for step in reversed(made[-_KEPT:])]


def render(job: Job, checkpoint: Checkpoint) -> Json:
    is_last = checkpoint.step == job.plan.steps
    values = metrics(job, checkpoint.step, is_full=True)
    values.pop("total_steps", None)
    if job.dialect is Dialect.AZURE:
        values["step"] = float(checkpoint.step)
    return {
        "object": "fine_tuning.job.checkpoint",
        "id": checkpoint.id,
        "created_at": int(wall_time(job, step_at(job, checkpoint.step))),
        "step_number": checkpoint.step,
        "fine_tuned_model_checkpoint": job.tuned_model if is_last else f"{job.tuned_model}:ckpt-step-{checkpoint.step}",
        "fine_tuning_job_id": job.id,
        "metrics": values,
    }


def result_csv(job: Job) -> bytes:
    out = io.StringIO()
    table = csv.DictWriter(out, _COLUMNS, restval="", extrasaction="ignore", lineterminator="\n")
    table.writeheader()
    for step in range(1, job.plan.steps + 1):
        table.writerow(metrics(job, step, is_full=step % job.plan.steps_per_epoch == 0))
    return out.getvalue().encode()


def _id(job: Job, step: int) -> str:
    digest = hashlib.sha256(f"{job.id}/{step}".encode()).hexdigest()
    return f"ftchkpt-{digest[:32]}" if job.dialect is Dialect.AZURE else f"ftckpt_{digest[:22]}"
