"""A job's life as its events tell it: the same moments in each provider's words, order and numbers."""

import hashlib
from dataclasses import dataclass

from typing_extensions import override

from sandbox import curves
from sandbox.billing import billed_tokens
from sandbox.progress import (
    STARTED_AT,
    VALIDATED_AT,
    Progress,
    finish_at,
    starts_at,
    step_at,
    training_seconds,
    wall_time,
)
from sandbox.records import Job
from sandbox.rewarding import METHOD
from sandbox.shapes import rewards
from sandbox.shapes.jobs import error
from sandbox.wire import Dialect, Json

_AZURE_METRICS_EVERY = 10


@dataclass(frozen=True, slots=True)
class Moment:
    """One event, not yet put into words if it reports a step: most are never asked for."""

    id: str
    at: float
    text: str = ""
    step: int = 0
    level: str = "info"
    kind: str = "message"


def moments(job: Job, progress: Progress) -> list[Moment]:
    """What has happened so far, oldest first."""
    tell = _STORIES[job.dialect](job)
    story = sorted([*tell.story(), *tell.pauses()], key=lambda moment: moment.at)
    told = [moment for moment in story if moment.at <= progress.elapsed]
    if progress.status == "cancelled":
        told += tell.cancelled(progress)
    return told


def render(job: Job, moment: Moment) -> Json:
    data: Json | None = None if job.dialect is Dialect.AZURE else {}
    text = moment.text
    if moment.step and job.method == METHOD:
        data = rewards.metrics(job, moment.step)
        text = rewards.text(job, data)
    elif moment.step:
        data = metrics(job, moment.step, is_full=_is_epoch_end(job, moment.step))
        text = _step_text(job, data)
    return {
        "object": "fine_tuning.job.event",
        "id": moment.id,
        "created_at": int(wall_time(job, moment.at)),
        "level": moment.level,
        "message": text,
        "type": "metrics" if moment.step else moment.kind,
        "data": data,
    }


def metrics(job: Job, step: int, *, is_full: bool) -> Json:
    """The numbers of one step. Azure does not say how many steps there will be."""
    train = curves.training(job, step)
    values: Json = {"step": step, "train_loss": train.loss, "train_mean_token_accuracy": train.accuracy}
    if job.dialect is Dialect.OPENAI:
        values["total_steps"] = job.plan.steps
    if job.validation_file and (is_full or step % max(1, job.plan.steps // 10) == 0):
        valid = curves.validation(job, step)
        values |= {"valid_loss": valid.loss, "valid_mean_token_accuracy": valid.accuracy}
    if job.validation_file and is_full:
        full = curves.full_validation(job, step)
        values |= {"full_valid_loss": full.loss, "full_valid_mean_token_accuracy": full.accuracy}
    return values


def _step_text(job: Job, data: Json) -> str:
    if job.dialect is Dialect.AZURE:
        return f"Step {data['step']}: training loss={data['train_loss']}"
    text = f"Step {data['step']}/{job.plan.steps}: training loss={data['train_loss']:.2f}"
    if "full_valid_loss" in data:
        return f"{text}, full validation loss={data['full_valid_loss']:.2f}"
    return f"{text}, validation loss={data['valid_loss']:.2f}" if "valid_loss" in data else text


def _is_epoch_end(job: Job, step: int) -> bool:
    return step % job.plan.steps_per_epoch == 0


class _Story:
    """The moments of a job that nobody cancels; moments that have not come yet are cut off by the caller."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.trained_at = starts_at(job) + training_seconds(job)

    def moment(self, at: float, text: str, level: str = "info", kind: str = "message") -> Moment:
        return Moment(self._id(f"{at}:{text}"), at, text, 0, level, kind)

    def step(self, step: int) -> Moment:
        return Moment(self._id(f"step {step}"), step_at(self.job, step), step=step)

    def pauses(self) -> list[Moment]:
        times = enumerate(self.job.pauses, start=1)
        return [self.moment(each.elapsed, f"Fine-tuning job paused ({number})") for number, each in times]

    def failure(self) -> Moment:
        failed = error(self.job) or {}
        return self.moment(finish_at(self.job), str(failed.get("message")), "error")

    def _id(self, what: str) -> str:
        digest = hashlib.sha256(f"{self.job.id}/{what}".encode()).hexdigest()
        return f"ftevent-{digest[:32]}"


class _OpenAI(_Story):
    def story(self) -> list[Moment]:
        job = self.job
        told = [
            self.moment(0, f"Created fine-tuning job: {job.id}"),
            self.moment(1, f"Validating training file: {job.training_file}"),
        ]
        if job.validation_file:
            text = f"Validating training file: {job.training_file} and validation file: {job.validation_file}"
            told.append(self.moment(2, text))
        if job.plan.fault is not None:
            return [*told, self.failure()]
        told.append(self.moment(VALIDATED_AT, "Files validated, moving job to queued state"))
        told.append(self.moment(STARTED_AT, "Fine-tuning job started"))
        return [*told, *self._training(), *self._ending()]

    def _training(self) -> list[Moment]:
        job = self.job
        told = []
        for step in range(1, job.plan.steps + 1):
            if step_at(job, step) > finish_at(job):
                break
            told.append(self.step(step))
            if _is_epoch_end(job, step) and step < job.plan.steps:
                snapshot = f"{job.tuned_model}:ckpt-step-{step}"
                told.append(
                    self.moment(step_at(job, step), f"Checkpoint created at step {step} with Snapshot ID: {snapshot}")
                )
        return told

    def _ending(self) -> list[Moment]:
        if self.job.breaks is not None:
            return [self.failure()]
        name = self.job.tuned_model
        return [
            self.moment(self.trained_at + 10, f"New fine-tuned model created: {name}"),
            self.moment(self.trained_at + 20, "Evaluating model against our usage policies before enabling"),
            self.moment(
                self.trained_at + 100, f"Moderation checks for snapshot {name} passed.", kind="moderation_checks"
            ),
            self.moment(finish_at(self.job), "The job has successfully completed"),
        ]

    def cancelled(self, progress: Progress) -> list[Moment]:
        return [self.moment(progress.elapsed, "Fine-tuning job cancelled")]


class _Azure(_Story):
    def story(self) -> list[Moment]:
        told = [self.moment(0, "Job enqueued. Waiting for jobs ahead to complete.")]
        if self.job.plan.fault is not None:
            return [*told, self.failure()]
        told += [self.moment(VALIDATED_AT, f"Preprocessing completed for file {file}.") for file in self._files()]
        return [*told, self.moment(STARTED_AT, "Job started."), *self._training(), *self._ending()]

    def _files(self) -> list[str]:
        return [file for file in (self.job.training_file, self.job.validation_file) if file]

    def _training(self) -> list[Moment]:
        job = self.job
        steps = range(1, job.plan.steps + 1)
        told = [step for step in steps if step % _AZURE_METRICS_EVERY == 0 or _is_epoch_end(job, step)]
        return [self.step(step) for step in told if step_at(job, step) <= finish_at(job)]

    def _ending(self) -> list[Moment]:
        if self.job.breaks is not None:
            return [self.failure()]
        at = finish_at(self.job)
        return [
            self.moment(at, "Job succeeded."),
            self.moment(at, "Model Evaluation Passed."),
            self.moment(at, f"Completed results file: {self.job.result_file}"),
            *self._bill(at, self._billed_at_the_end()),
        ]

    def _bill(self, at: float, tokens: int) -> list[Moment]:
        """Nobody has seen what is said where time is billed."""
        return [] if self.job.method == METHOD else [self.moment(at, f"Training tokens billed: {tokens}")]

    def _billed_at_the_end(self) -> int:
        return billed_tokens(
            self.job, Progress("succeeded", self.job.plan.steps, finish_at(self.job), finish_at(self.job))
        )

    def cancelled(self, progress: Progress) -> list[Moment]:
        told = [self.moment(progress.elapsed, "Job canceled.")]
        if progress.steps_done:
            told += self._bill(progress.elapsed, billed_tokens(self.job, progress))
        return told


class _Compatible(_OpenAI):
    """OpenAI's story without its house rules: nothing is moderated, and the model is named in its checkpoints."""

    @override
    def _ending(self) -> list[Moment]:
        if self.job.breaks is not None:
            return [self.failure()]
        return [self.moment(finish_at(self.job), "Training is finished, the checkpoints are stored")]


_STORIES: dict[Dialect, type[_OpenAI | _Azure]] = {
    Dialect.OPENAI: _OpenAI,
    Dialect.AZURE: _Azure,
    Dialect.COMPATIBLE: _Compatible,
}
