"""The models that epochs leave behind, and the table of steps that a finished job does."""

import csv
import hashlib
import io
from dataclasses import dataclass

from sandbox.curves import reward
from sandbox.progress import Progress, share_done, step_at, wall_time
from sandbox.records import Job
from sandbox.rewarding import METHOD
from sandbox.shapes import rewards
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
    """Newest first, the last three: of epochs, and of pauses. Of reinforcement, the three best of those that were evaluated."""
    if job.method == METHOD:
        return [Checkpoint(_id(job, step), step) for step in sorted(_best(job, progress), reverse=True)]
    per_epoch = job.plan.steps_per_epoch
    steps = [epoch * per_epoch for epoch in range(1, job.plan.n_epochs + 1) if epoch * per_epoch <= progress.steps_done]
    made = sorted({*steps, *_paused(job)})
    return [Checkpoint(_id(job, step), step) for step in reversed(made[-_KEPT:])]


def _paused(job: Job) -> set[int]:
    return {int(job.plan.steps * share_done(job, each.elapsed)) for each in job.pauses} - {0}


def _best(job: Job, progress: Progress) -> list[int]:
    evaluated = {step for step in range(1, progress.steps_done + 1) if rewards.is_evaluated(job, step)}
    return sorted(evaluated | _paused(job), key=lambda step: -reward(job, step, "valid"))[:_KEPT]


def render(job: Job, checkpoint: Checkpoint) -> Json:
    is_last = checkpoint.step == job.plan.steps
    rewarded = job.method == METHOD
    values = rewards.measured(job, checkpoint.step) if rewarded else metrics(job, checkpoint.step, is_full=True)
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
    rewarded = job.method == METHOD
    columns = rewards.COLUMNS if rewarded else _COLUMNS
    table = csv.DictWriter(out, columns, restval="", extrasaction="ignore", lineterminator="\n")
    table.writeheader()
    for step in range(1, job.plan.steps + 1):
        is_full = step % job.plan.steps_per_epoch == 0
        table.writerow(rewards.row(job, step) if rewarded else metrics(job, step, is_full=is_full))
    return out.getvalue().encode()


def _id(job: Job, step: int) -> str:
    digest = hashlib.sha256(f"{job.id}/{step}".encode()).hexdigest()
    return f"ftchkpt-{digest[:32]}" if job.dialect is Dialect.AZURE else f"ftckpt_{digest[:22]}"
