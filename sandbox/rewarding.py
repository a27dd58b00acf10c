"""Reinforcement as this sandbox has it: how long its steps last, what they are billed, and what their graders use.

A step lasts four minutes, more or less by `compute_multiplier`; before the first one the job is called running for five minutes in
which it is only set up, which nobody bills.
"""

from decimal import Decimal

from sandbox.catalogue import MODELS, find
from sandbox.graders import models_of
from sandbox.records import Job
from sandbox.wire import Json

METHOD = "reinforcement"
SETUP_SECONDS = 300.0
_STEP_SECONDS = 240.0
_LARGEST_BATCH = 64
_TRIALS = 4
_TOKENS = {"prompt": 200, "cached": 0, "completion": 20}
_HUNDREDTH_HOUR = 36
_MILLION = Decimal(1_000_000)


def batch_size(examples: int) -> int:
    return min(_LARGEST_BATCH, max(1, examples // 4))


def step_seconds(job: Job) -> float:
    return _STEP_SECONDS * max(0.1, float(job.hyperparameters.get("compute_multiplier", 1)))


def eval_interval(job: Job) -> int:
    return int(job.hyperparameters.get("eval_interval", job.plan.steps_per_epoch))


def resolved(job: Job) -> Json:
    """The hyperparameters that only this method has."""
    chosen = job.hyperparameters
    return {
        "eval_interval": eval_interval(job),
        "eval_samples": chosen.get("eval_samples", 1),
        "compute_multiplier": chosen.get("compute_multiplier", 1.0),
        "reasoning_effort": chosen.get("reasoning_effort", "medium"),
    }


def grader_tokens(job: Job) -> Json:
    """What each step uses of the models that grade, by their names."""
    each = {f"train_{kind}_tokens": job.plan.batch_size * _TRIALS * number for kind, number in _TOKENS.items()}
    return {model: each | {f"eval_{kind}_tokens": 0 for kind in _TOKENS} for model in models_of(job.grader)}


def billed_seconds(job: Job, steps: int) -> int:
    """Hours are billed with two decimals."""
    exact = int(step_seconds(job) * steps)
    return (exact + _HUNDREDTH_HOUR // 2) // _HUNDREDTH_HOUR * _HUNDREDTH_HOUR


def amount_usd(job: Job, steps: int) -> Decimal:
    """By the hour, and the tokens of the models that grade at the prices of asking them."""
    price = MODELS[job.dialect, job.base].prices.training_hour
    assert price is not None
    hours = price * billed_seconds(job, steps) / 3600
    return hours + steps * sum(
        (_grading_usd(job, model, used) for model, used in grader_tokens(job).items()), Decimal(0)
    )


def _grading_usd(job: Job, model: str, used: Json) -> Decimal:
    known = find(job.dialect, model)
    if known is None:
        return Decimal(0)
    asked, answered = Decimal(used["train_prompt_tokens"]), Decimal(used["train_completion_tokens"])
    return (known.prices.base_input * asked + known.prices.base_output * answered) / _MILLION
