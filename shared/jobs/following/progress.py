"""How far a training run is: pure arithmetic over what its metrics say."""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.providers.base import StepMetrics

SHOWN = (
    "step", "total_steps", "percent", "seconds_left", "train_loss", "valid_loss",
    "train_reward", "valid_reward", "reasoning_tokens", "hours", "cost_usd",
)  # fmt: skip
_MEASURED = ("train_loss", "valid_loss", "train_reward", "valid_reward", "reasoning_tokens")


def shown(progress: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of it, without what is only remembered to go on from."""
    return {name: progress[name] for name in SHOWN if progress.get(name) is not None}


def total_steps(examples: int, n_epochs: int, hyperparameters: Mapping[str, Any]) -> int | None:
    """How many steps a run has, for providers that do not say; None while the batch size is not known."""
    batch_size = hyperparameters.get("batch_size")
    if not isinstance(batch_size, int) or batch_size < 1:
        return None
    return math.ceil(examples / batch_size) * n_epochs


def advance(progress: Mapping[str, Any], metrics: StepMetrics, at: datetime, total: int | None) -> dict[str, Any]:
    """The progress after one more measured step.

    `seconds_left` goes by the pace since the first measured step, which shows only after a second: providers' times are
    whole ones. It knows nothing of the provider's checks after the last step.
    """
    total = metrics.total_steps or progress.get("total_steps") or total
    first = {"first_step": metrics.step, "first_at": at.timestamp()}
    known = {**first, **progress}
    took, steps = at.timestamp() - known["first_at"], metrics.step - known["first_step"]
    left = None if not total or not steps or not took else round(max(total - metrics.step, 0) * took / steps, 1)
    measured = {name: getattr(metrics, name) for name in _MEASURED}
    return {
        **known,
        "step": metrics.step,
        "total_steps": total,
        "percent": round(100 * metrics.step / total, 1) if total else None,
        "seconds_left": left,
        **{name: value for name, value in measured.items() if value is not None},
    }
