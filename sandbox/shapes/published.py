"""An answer cut down to OpenAI's published document, which the real answers go beyond in five small ways."""

from typing import Any

# Sent as null where the document leaves them out.
_LEFT_OUT_WHEN_NULL = frozenset({"expires_at", "status_details"})
_EVENT_TYPES = frozenset({"message", "metrics"})


def fit(value: Any) -> Any:
    if isinstance(value, list):
        return [fit(each) for each in value]
    if not isinstance(value, dict):
        return value
    fitted = {key: fit(each) for key, each in value.items() if each is not None or key not in _LEFT_OUT_WHEN_NULL}
    if fitted.get("error") == {}:
        fitted["error"] = None
    if fitted.get("object") == "fine_tuning.job" and fitted["hyperparameters"] is None:
        fitted["hyperparameters"] = {}  # told of supervised training only, and always there
    if fitted.get("object") == "fine_tuning.job.event" and fitted["type"] not in _EVENT_TYPES:
        fitted["type"] = "message"
    return fitted
