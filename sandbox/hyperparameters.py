"""Hyperparameters: what a request may ask, and what the provider chooses where it says auto."""

import math
from typing import Any

from sandbox.refusals import invalid
from sandbox.wire import Json

_TARGET_EPOCHS = 3
_MIN_TARGET_EXAMPLES, _MAX_TARGET_EXAMPLES = 100, 25_000
_MAX_EPOCHS = 25
_BATCH_SHARE = 0.002
_MAX_BATCH = 256

_RULES = {
    "n_epochs": (int, 1, 50),
    "batch_size": (int, 1, 256),
    "learning_rate_multiplier": (float, 0, math.inf),
    "beta": (float, 0, 2),
    "l2_multiplier": (float, 0, math.inf),
    "prompt_loss_weight": (float, 0, 1),
}
_AUTO = ("auto", -1, None)


def check(given: Any, path: str, *, is_azure: bool, is_dpo: bool) -> Json:
    """The hyperparameters asked for, without those left to the provider."""
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise invalid(f"Invalid type for '{path}': expected an object.", path, "invalid_type")
    allowed = {"n_epochs", "batch_size", "learning_rate_multiplier"} | ({"beta"} if is_dpo else set())
    if is_azure:
        allowed |= {"l2_multiplier" if is_dpo else "prompt_loss_weight"}
    for name, value in given.items():
        if name not in allowed:
            raise invalid(f"Unknown parameter: '{path}.{name}'.", f"{path}.{name}", "unknown_parameter")
        if not _is_auto(value):
            _check_value(name, value, f"{path}.{name}")
    return {name: value for name, value in given.items() if not _is_auto(value)}


def _is_auto(value: Any) -> bool:
    return not isinstance(value, bool) and value in _AUTO


def _check_value(name: str, value: Any, path: str) -> None:
    kind, low, high = _RULES[name]
    is_number = isinstance(value, int) or (kind is float and isinstance(value, float))
    if isinstance(value, bool) or not is_number:
        raise invalid(f"Invalid type for '{path}'.", path, "invalid_type")
    if value > high or value < low or (kind is float and value == 0):
        raise invalid(f"Invalid value for '{path}': {value} is out of range.", path, "invalid_value")


def auto_epochs(examples: int) -> int:
    if examples * _TARGET_EPOCHS < _MIN_TARGET_EXAMPLES:
        return min(_MAX_EPOCHS, _MIN_TARGET_EXAMPLES // examples)
    if examples * _TARGET_EPOCHS > _MAX_TARGET_EXAMPLES:
        return max(1, _MAX_TARGET_EXAMPLES // examples)
    return _TARGET_EPOCHS


def auto_batch_size(examples: int) -> int:
    return min(_MAX_BATCH, max(1, round(examples * _BATCH_SHARE)))
