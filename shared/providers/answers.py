"""The JSON objects of OpenAI's protocol, read leniently into our values.

Unknown fields are ignored and odd ones dropped, but an answer without the few fields that make it what it should be is no
answer at all: the SDK would make a half-empty object of it, and a half-empty job must not be taken for a bought one.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.providers.base import (
    Answer,
    Cancelled,
    Finished,
    Moderated,
    Outcome,
    Paused,
    ProviderCheckpoint,
    ProviderEvent,
    ProviderFile,
    ProviderJob,
    ProviderModel,
    ProviderUpload,
    Refused,
    StepMetrics,
    StillRunning,
    Unavailable,
    Unnamed,
)
from shared.providers.found import JobFacts, TunedModel, base_of
from shared.providers.graded import grader_tokens, seconds_of
from shared.providers.lenient import LARGEST_BILL, count, items, mapping, moment, number, text, whole

TAG_KEY = "tunewright"
"""The metadata key under which an order's tag stands at the provider."""

_QUERY = re.compile(r"(?<=\S)\?\S+=\S+")
"""What signs an address: one from which a file was to be fetched may be repeated when that failed."""
_AUTO = ("auto", -1, None)
_LEVELS = {"warn": "warning", "warning": "warning", "error": "error"}
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; `entries` that are no objects are left out."""

    entries: list[Mapping[str, Any]]
    has_more: bool


def read_page(body: Mapping[str, Any]) -> Page:
    entries = body.get("data")
    if not isinstance(entries, list):
        raise Unavailable("The provider's answer is not a list")
    return Page([one for one in entries if isinstance(one, dict)], body.get("has_more") is True)


# --- models -------------------------------------------------------------------------------------------------------------
def read_model(body: Mapping[str, Any]) -> ProviderModel | None:
    """A base model; None for a tuned one, and for what has no name."""
    name = text(body.get("id"))
    if name is None or name.startswith("ft:"):
        return None
    return ProviderModel(name, trainable=None, shutdown_date=_day(body.get("shutdown_date")))


def read_azure_model(body: Mapping[str, Any]) -> ProviderModel | None:
    """The same in Azure's words: a tuned model names its base, and there is one end for training and one for answering."""
    name = text(body.get("id"))
    if name is None or text(body.get("model")) or text(body.get("fine_tune")):
        return None
    trainable = mapping(body.get("capabilities")).get("fine_tune")
    ends = mapping(body.get("deprecation"))
    end = moment(ends.get("inference")) or moment(ends.get("fine_tune"))
    return ProviderModel(name, trainable if isinstance(trainable, bool) else None, end.date() if end else None)


def read_tuned(body: Mapping[str, Any]) -> TunedModel | None:
    """A tuned model; None for a base one and for a checkpoint. OpenAI tells it by its name, Azure names its base."""
    name, base = text(body.get("id")), text(body.get("model"))
    if name is None or ":ckpt-step-" in name or not (base or name.startswith("ft:")):
        return None
    return TunedModel(name, base_of(base or name), moment(body.get("created")) or moment(body.get("created_at")))


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


# --- files --------------------------------------------------------------------------------------------------------------
def read_file(body: Mapping[str, Any]) -> ProviderFile:
    file_id = text(body.get("id"))
    if file_id is None:
        raise Unavailable("The provider's answer is not a file")
    ready = _ready(text(body.get("status")))
    fault = (text(body.get("status_details")) or "The provider refused the file") if ready is False else None
    told = fault and _QUERY.sub("", fault)
    return ProviderFile(file_id, text(body.get("filename")) or "", whole(body.get("bytes")) or 0, ready, told)


def read_upload(body: Mapping[str, Any]) -> ProviderUpload:
    """A file that is sent in parts."""
    upload_id = text(body.get("id"))
    if upload_id is None:
        raise Unavailable("The provider's answer is not an upload")
    return ProviderUpload(upload_id, moment(body.get("expires_at")))


def _ready(status: str | None) -> bool | None:
    """The field is deprecated, so its absence means nothing bad; a word that we do not know means "not yet"."""
    match status:
        case None | "processed":
            return True
        case "error" | "deleting" | "deleted":
            return False
        case _:
            return None


def read_results(content: bytes) -> bytes:
    """The CSV of a result file. OpenAI has been seen to send it as base64 text."""
    plain = content.removeprefix(_BOM)
    if plain.startswith(b"step,"):
        return plain
    try:
        decoded = base64.b64decode(plain).removeprefix(_BOM)
    except binascii.Error:
        return plain
    return decoded if decoded.startswith(b"step,") else plain


# --- jobs ---------------------------------------------------------------------------------------------------------------
def read_job(body: Mapping[str, Any]) -> ProviderJob:
    job_id, status = text(body.get("id")), text(body.get("status"))
    if job_id is None or status is None:
        raise Unavailable("The provider's answer is not a job")
    hyperparameters = _hyperparameters(body)
    return ProviderJob(
        id=job_id,
        status=status,
        outcome=_outcome(status, body),
        training_file_id=text(body.get("training_file")) or "",
        created_at=moment(body.get("created_at")),
        estimated_finish=moment(body.get("estimated_finish")),
        n_epochs=count(hyperparameters.get("n_epochs")),
        hyperparameters=hyperparameters,
        result_file_ids=tuple(one for one in items(body.get("result_files")) if text(one)),
        tag=text(mapping(body.get("metadata")).get(TAG_KEY)),
        trained_tokens=count(body.get("trained_tokens"), LARGEST_BILL),
        facts=_facts(body),
    )


def _facts(body: Mapping[str, Any]) -> JobFacts:
    return JobFacts(
        model=text(body.get("model")),
        method=text(mapping(body.get("method")).get("type")),
        suffix=text(body.get("user_provided_suffix")) or text(body.get("suffix")),
        seed=count(body.get("seed")),
        validation_file_id=text(body.get("validation_file")),
        finished_at=moment(body.get("finished_at")),
        fine_tuned_model=text(body.get("fine_tuned_model")),
        integrations=tuple(one for one in items(body.get("integrations")) if isinstance(one, dict)),
    )


def _hyperparameters(body: Mapping[str, Any]) -> dict[str, Any]:
    """What is settled, without what the provider is still to choose. Only supervised jobs repeat them at the top."""
    method = mapping(body.get("method"))
    nested = mapping(mapping(method.get(text(method.get("type")) or "")).get("hyperparameters"))
    both = {**nested, **mapping(body.get("hyperparameters"))}
    return {name: value for name, value in both.items() if value not in _AUTO}


def _outcome(status: str, body: Mapping[str, Any]) -> Outcome:
    match status:
        case "succeeded":
            model = text(body.get("fine_tuned_model"))
            billed = count(body.get("trained_tokens"), LARGEST_BILL)
            # Without a name there is nothing to use yet: look again rather than call a paid job finished or failed.
            return Finished(model, billed) if model else Unnamed(billed)
        case "failed":
            error = mapping(body.get("error"))
            code, reason = text(error.get("code")), text(error.get("message"))
            return Refused(code or "failed", reason or "The provider gave no reason")
        case "cancelled":
            return Cancelled(count(body.get("trained_tokens"), LARGEST_BILL))
        case "paused":
            return Paused()
        case _:
            return StillRunning()


# --- what a job leaves behind -------------------------------------------------------------------------------------------
def read_event(body: Mapping[str, Any]) -> ProviderEvent | None:
    """None for an entry that cannot be placed in a log: one odd line must not hide the others."""
    event_id, at = text(body.get("id")), moment(body.get("created_at"))
    if event_id is None or at is None:
        return None
    level = _LEVELS.get(text(body.get("level")) or "", "info")
    return ProviderEvent(event_id, at, level, text(body.get("message")) or "", _metrics(mapping(body.get("data"))))


def _metrics(data: Mapping[str, Any]) -> StepMetrics | None:
    step = count(data.get("step"))
    if step is None:
        return None
    return StepMetrics(
        step=step,
        total_steps=count(data.get("total_steps")),
        train_loss=_first(data, "train_loss"),
        train_accuracy=_first(data, "train_mean_token_accuracy", "train_accuracy"),
        valid_loss=_first(data, "valid_loss", "full_valid_loss"),
        valid_accuracy=_first(
            data,
            "valid_mean_token_accuracy",
            "validation_mean_token_accuracy",
            "full_valid_mean_token_accuracy",
        ),
        train_reward=_first(data, "train_mean_reward", "train_reward_mean"),
        valid_reward=_first(data, "full_valid_mean_reward", "valid_mean_reward", "valid_reward_mean"),
        reasoning_tokens=_first(data, "reasoning_tokens_mean", "train_reasoning_tokens_mean"),
        seconds=seconds_of(mapping(mapping(data.get("timing")).get("step"))),
        grader_tokens=grader_tokens(mapping(data.get("model_graders_token_usage"))),
    )


def _first(data: Mapping[str, Any], *spellings: str) -> float | None:
    found = (number(data.get(name)) for name in spellings)
    return next((value for value in found if value is not None), None)


def read_checkpoint(body: Mapping[str, Any]) -> ProviderCheckpoint | None:
    """None for an entry that names no model."""
    checkpoint_id, model = text(body.get("id")), text(body.get("fine_tuned_model_checkpoint"))
    step, at = count(body.get("step_number")), moment(body.get("created_at"))
    if checkpoint_id is None or model is None or step is None or at is None:
        return None
    measured = {name: number(value) for name, value in mapping(body.get("metrics")).items()}
    metrics = {name: value for name, value in measured.items() if value is not None}
    return ProviderCheckpoint(checkpoint_id, step, model, at, metrics)


# --- answering ----------------------------------------------------------------------------------------------------------
def read_answer(body: Mapping[str, Any]) -> Answer:
    """A completion that was not counted cannot be charged, so `usage` is part of what makes it an answer."""
    choices, usage = items(body.get("choices")), mapping(body.get("usage"))
    input_tokens, output_tokens = count(usage.get("prompt_tokens")), count(usage.get("completion_tokens"))
    if not choices or input_tokens is None or output_tokens is None:
        raise Unavailable("The provider's answer is not a counted chat completion")
    return Answer(
        text=text(mapping(mapping(choices[0]).get("message")).get("content")) or "",
        body=body,
        input_tokens=input_tokens,
        cached_input_tokens=count(mapping(usage.get("prompt_tokens_details")).get("cached_tokens")) or 0,
        output_tokens=output_tokens,
    )


def read_moderation(body: Mapping[str, Any], n_texts: int) -> list[Moderated]:
    """One verdict for each text: with fewer or more nobody could say which is whose."""
    results = items(body.get("results"))
    if len(results) != n_texts:
        raise Unavailable("The provider's answer does not moderate what it was asked")
    return [_moderated(mapping(one)) for one in results]


def _moderated(result: Mapping[str, Any]) -> Moderated:
    if not isinstance(flagged := result.get("flagged"), bool):
        raise Unavailable("The provider's answer is not a moderation")
    scores = mapping(result.get("category_scores"))
    objected = {
        name: number(scores.get(name)) for name, is_in in mapping(result.get("categories")).items() if is_in is True
    }
    return Moderated(flagged, objected)
