"""When a job that trains is to be stopped for its owner: its work costs as much as it may, or it has stopped learning. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from shared.errors import FieldError, InvalidRequest
from shared.jobs.tables import Job
from shared.money import Usd, per_million
from shared.providers.base import ProviderJob

MAX_COST = "max_cost_reached"
EARLY = "early_stopped"
VALID_LOSS, VALID_REWARD = "valid_loss", "valid_reward"
STOPS = frozenset({MAX_COST, EARLY})


@dataclass(frozen=True, slots=True)
class EarlyStop:
    """Stop when for so many `evaluations` in a row the `metric` (a loss, or a reward) was not better than the best before them."""

    metric: str
    evaluations: int


def check_early_stop(wanted: EarlyStop | None, method: str, validation: object | None) -> None:
    """Raises InvalidRequest where nothing would ever stop it."""
    if wanted is None:
        return
    measured = VALID_REWARD if method == "reinforcement" else VALID_LOSS
    if validation is None:
        fault = FieldError(
            "/early_stop", "needs a validation_dataset_id: without one nothing is measured on held-out data"
        )
        raise InvalidRequest("An early stop goes by what validation measures.", [fault])
    if wanted.metric != measured:
        fault = FieldError("/early_stop/metric", f"is not measured in {method} training: take {measured}")
        raise InvalidRequest("An early stop goes by what is measured.", [fault])


def cost_so_far(job: Job, seen: ProviderJob) -> Usd | None:
    """What the steps that were seen cost: steps × tokens of a step. None while it is not known how much one step is."""
    done, per_epoch = job.progress.get("step"), _steps_per_epoch(job, seen)
    if not done or not per_epoch:
        return None
    tokens = math.ceil(job.estimate["tokens_per_epoch"] * done / per_epoch)
    return per_million(tokens, Decimal(job.usd_per_million))


def has_stopped_learning(losses: Sequence[float], evaluations: int) -> bool:
    """`losses` in their order, the first first. Not before there was one more evaluation than are to be waited for."""
    if len(losses) <= evaluations:
        return False
    return min(losses[-evaluations:]) >= min(losses[:-evaluations])


def _steps_per_epoch(job: Job, seen: ProviderJob) -> Fraction | None:
    """By the batch size where it is told, else by the number of all steps."""
    batch_size = seen.hyperparameters.get("batch_size")
    if isinstance(batch_size, int) and batch_size > 0:
        examples: int = job.estimate["examples"]
        return Fraction(math.ceil(examples / batch_size))
    total, epochs = job.progress.get("total_steps"), seen.n_epochs
    return Fraction(total, epochs) if total and epochs else None
