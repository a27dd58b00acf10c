"""Hyperparameters: what a request may ask, and what the provider chooses where it says auto."""

import math
from typing import Any

from sandbox.refusals import invalid
from sandbox.wire import Dialect, Json

_TARGET_EPOCHS = 3
_MIN_TARGET_EXAMPLES, _MAX_TARGET_EXAMPLES = 100, 25_000
_MAX_EPOCHS = 25
_BATCH_SHARE = 0.002
_MAX_BATCH = 256

OPEN_WEIGHT: Json = {
    "learning_rate": 1e-5,
    "warmup_ratio": 0.0,
    "weight_decay": 0.0,
    "lora": False,
    "lora_r": 8,
    "lora_alpha": 8,
    "lora_dropout": 0.0,
    "packing": True,
    "max_grad_norm": 1.0,
    "context_length": 8192,
}
"""What a compatible server takes in place of a multiplier, with what holds when nothing is said: nothing follows from the data."""
COMPATIBLE_EPOCHS, COMPATIBLE_BATCH = 3, 8

_RULES = {
    "learning_rate": (float, 0, 1),
    "warmup_ratio": (float, -1, 1),
    "weight_decay": (float, -1, 1),
    "lora": (bool, 0, 1),
    "lora_r": (int, 1, 1024),
    "lora_alpha": (int, 1, 4096),
    "lora_dropout": (float, -1, 1),
    "packing": (bool, 0, 1),
    "max_grad_norm": (float, -1, math.inf),
    "context_length": (int, 1, 131_072),
    "n_epochs": (int, 1, 50),
    "batch_size": (int, 1, 256),
    "learning_rate_multiplier": (float, 0, math.inf),
    "beta": (float, 0, 2),
    "l2_multiplier": (float, 0, math.inf),
    "prompt_loss_weight": (float, 0, 1),
    "compute_multiplier": (float, 0, 10),
    "eval_interval": (int, 1, math.inf),
    "eval_samples": (int, 1, math.inf),
}
_OPENAIS = frozenset({"n_epochs", "batch_size", "learning_rate_multiplier"})
_EFFORTS = ("default", "low", "medium", "high")
_OF_METHODS = {
    "dpo": frozenset({"beta"}),
    "reinforcement": frozenset({"compute_multiplier", "eval_interval", "eval_samples", "reasoning_effort"}),
}
_ALLOWED = {
    Dialect.OPENAI: _OPENAIS,
    Dialect.AZURE: _OPENAIS,
    Dialect.COMPATIBLE: {"n_epochs", "batch_size", *OPEN_WEIGHT},
}
_AUTO = ("auto", -1, None)


def check(given: Any, path: str, dialect: Dialect, method: str = "supervised") -> Json:
    """The hyperparameters asked for, without those left to the provider."""
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise invalid(f"Invalid type for '{path}': expected an object.", path, "invalid_type")
    allowed = _ALLOWED[dialect] | _OF_METHODS.get(method, frozenset())
    if dialect is Dialect.AZURE:
        allowed |= {"supervised": {"prompt_loss_weight"}, "dpo": {"l2_multiplier"}}.get(method, set())
    for name, value in given.items():
        if name not in allowed:
            raise invalid(f"Unknown parameter: '{path}.{name}'.", f"{path}.{name}", "unknown_parameter")
        if not _is_auto(value):
            _check_value(name, value, f"{path}.{name}")
    return {name: value for name, value in given.items() if not _is_auto(value)}


def _is_auto(value: Any) -> bool:
    return not isinstance(value, bool) and value in _AUTO


def _check_value(name: str, value: Any, path: str) -> None:
    if name == "reasoning_effort":
        if value not in _EFFORTS:
            raise invalid(f"Invalid value for '{path}'.", path, "invalid_value")
        return
    kind, low, high = _RULES[name]
    is_number = isinstance(value, int) or (kind is float and isinstance(value, float))
    if isinstance(value, bool) is not (kind is bool) or not is_number:
        raise invalid(f"Invalid type for '{path}'.", path, "invalid_type")
    if value > high or value < low or (kind is float and value == low == 0):
        raise invalid(f"Invalid value for '{path}': {value} is out of range.", path, "invalid_value")


def auto_epochs(examples: int) -> int:
    if examples * _TARGET_EPOCHS < _MIN_TARGET_EXAMPLES:
        return min(_MAX_EPOCHS, _MIN_TARGET_EXAMPLES // examples)
    if examples * _TARGET_EPOCHS > _MAX_TARGET_EXAMPLES:
        return max(1, _MAX_TARGET_EXAMPLES // examples)
    return _TARGET_EPOCHS


def auto_batch_size(examples: int) -> int:
    return min(_MAX_BATCH, max(1, round(examples * _BATCH_SHARE)))
