"""Reading a provider's result file: a CSV with one line a step. Pure; columns differ between providers and years."""

import csv
import io
import math
from collections.abc import Iterator, Mapping

from shared.providers.base import StepMetrics

_SPELLINGS = {
    "train_loss": ("train_loss", "training_loss"),
    "train_accuracy": ("train_mean_token_accuracy", "train_accuracy", "training_token_accuracy"),
    "valid_loss": ("valid_loss", "full_valid_loss", "validation_loss"),
    "valid_accuracy": (
        "valid_mean_token_accuracy",
        "validation_mean_token_accuracy",
        "full_valid_mean_token_accuracy",
    ),
    "train_reward": ("train_mean_reward", "train_reward_mean"),
    "valid_reward": ("full_valid_mean_reward", "valid_mean_reward", "valid_reward_mean"),
    "reasoning_tokens": ("reasoning_tokens_mean", "train_reasoning_tokens_mean"),
}

_LARGEST_STEP = 2**31 - 1
"""What its column can hold."""
_LONGEST_CELL = 1_000
"""No number is longer. The csv module has a limit of its own, for the whole process, and others set it as they need it."""


def read_results(content: bytes) -> list[StepMetrics]:
    """What each step measured. Lines and cells that are no numbers are passed over: the file is a courtesy, not a bill."""
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig", errors="replace")))
    return [metrics for row in _passable(rows) if (metrics := _read(row)) is not None]


def _passable(rows: Iterator[dict[str, str | None]]) -> Iterator[dict[str, str | None]]:
    """Without the lines that the csv module refuses, and those with a cell that holds something else than a number."""
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error:
            continue
        if all(len(cell or "") <= _LONGEST_CELL for cell in row.values()):
            yield row


def _read(row: Mapping[str, str | None]) -> StepMetrics | None:
    step = _number(row.get("step"))
    if step is None or not 0 <= step <= _LARGEST_STEP:
        return None

    def measured(name: str) -> float | None:
        return next((value for spelling in _SPELLINGS[name] if (value := _number(row.get(spelling))) is not None), None)

    return StepMetrics(
        step=int(step),
        train_loss=measured("train_loss"),
        train_accuracy=measured("train_accuracy"),
        valid_loss=measured("valid_loss"),
        valid_accuracy=measured("valid_accuracy"),
        train_reward=measured("train_reward"),
        valid_reward=measured("valid_reward"),
        reasoning_tokens=measured("reasoning_tokens"),
    )


def _number(cell: str | None) -> float | None:
    try:
        value = float(cell or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None
