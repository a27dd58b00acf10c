"""The fine-tuning job as each provider shows it."""

from typing import Any

from sandbox import rewarding
from sandbox.billing import trained_tokens
from sandbox.hyperparameters import OPEN_WEIGHT
from sandbox.progress import STARTED_AT, VALIDATED_AT, Progress, finish_at, wall_time
from sandbox.records import Job
from sandbox.wire import Dialect, Json

_AS_ASKED = ("l2_multiplier", "prompt_loss_weight")
"""What Azure never chooses by itself."""


def job(record: Job, progress: Progress) -> Json:
    shown = _common(record, progress)
    if record.dialect is Dialect.COMPATIBLE:
        return _compatible(record, progress, shown)
    return shown | (_azure(record, progress) if record.dialect is Dialect.AZURE else _openai(record, progress))


def _common(record: Job, progress: Progress) -> Json:
    finished = progress.finished_at_elapsed
    succeeded = progress.status == "succeeded"
    return {
        "object": "fine_tuning.job",
        "id": record.id,
        "model": record.model,
        "created_at": int(record.created_at),
        "finished_at": None if finished is None else int(wall_time(record, finished)),
        "fine_tuned_model": record.tuned_model if succeeded else None,
        "status": progress.status,
        "training_file": record.training_file,
        "validation_file": record.validation_file,
        "trained_tokens": trained_tokens(record, progress),
        "seed": record.seed,
    }


def _openai(record: Job, progress: Progress) -> Json:
    hyperparameters = _hyperparameters(record, progress, "auto")
    running = progress.status == "running"
    return {
        "organization_id": "org-sandbox",
        "result_files": _result_files(record, progress) or [],
        "hyperparameters": hyperparameters if record.method == "supervised" else None,
        "error": error(record) if progress.status == "failed" else {},
        "user_provided_suffix": record.suffix,
        "estimated_finish": int(wall_time(record, finish_at(record))) if running else None,
        "integrations": record.integrations,
        "metadata": record.metadata,
        "usage_metrics": None,
        "shared_with_openai": False,
        "eval_id": None,
        "method": _method(record, hyperparameters),
    }


def _azure(record: Job, progress: Progress) -> Json:
    hyperparameters = _hyperparameters(record, progress, -1)
    method = _method(record, hyperparameters)
    return {
        "organization_id": None,
        "result_files": _result_files(record, progress),
        "hyperparameters": hyperparameters,
        "error": error(record) if progress.status == "failed" else None,
        "estimated_finish": int(wall_time(record, finish_at(record))),
        "integrations": None,
        "metadata": None,
        "method": None if record.method == "supervised" else method,
    }


def _method(record: Job, hyperparameters: Json) -> Json:
    reward = {"grader": record.grader, "response_format": record.response_format}
    known = {name: value for name, value in reward.items() if value is not None}
    return {"type": record.method, record.method: known | {"hyperparameters": hyperparameters}}


def _compatible(record: Job, progress: Progress, common: Json) -> Json:
    """No name of a model (its checkpoints have one), no metadata; but how many steps there are, and how many were done."""
    named = {"n_epochs": record.plan.n_epochs, "batch_size": record.plan.batch_size}
    shown = {name: value for name, value in common.items() if name != "fine_tuned_model"}
    return shown | {
        "organization_id": "",
        "result_files": [],
        "hyperparameters": OPEN_WEIGHT | record.hyperparameters | named,
        "error": error(record) if progress.status == "failed" else None,
        "suffix": record.suffix,
        "integrations": [],
        "estimated_finish": int(wall_time(record, finish_at(record))) if progress.status == "running" else None,
        "trained_steps": progress.steps_done,
        "total_steps": record.plan.steps,
    }


def error(record: Job) -> Json | None:
    return record.plan.fault or record.breaks


def _hyperparameters(record: Job, progress: Progress, auto: Any) -> Json:
    """What was asked at first; the resolved numbers once the files are read. Azure knows the learning rate at once."""
    plan = record.plan
    resolved: Json = {
        "batch_size": plan.batch_size,
        "learning_rate_multiplier": plan.learning_rate_multiplier,
        "n_epochs": plan.n_epochs,
    }
    if record.method == rewarding.METHOD:
        resolved |= rewarding.resolved(record)
    if plan.beta is not None:
        resolved["beta"] = plan.beta
    resolved |= {name: record.hyperparameters[name] for name in _AS_ASKED if name in record.hyperparameters}
    ready_at = STARTED_AT if record.dialect is Dialect.AZURE else VALIDATED_AT
    if progress.elapsed >= ready_at and plan.fault is None:
        return resolved
    unsaid = dict.fromkeys(resolved, auto) | {"reasoning_effort": "default"}
    asked = {name: record.hyperparameters.get(name, unsaid[name]) for name in resolved}
    if record.dialect is Dialect.AZURE:
        asked["learning_rate_multiplier"] = plan.learning_rate_multiplier
    return asked


def _result_files(record: Job, progress: Progress) -> list[str] | None:
    return [record.result_file] if progress.status == "succeeded" else None
