"""Taking what we asked for out of JSON from outside, or nothing: a provider's surprise is never our crash.

It knows the shapes of values, not of a provider's objects (those are read in `answers.py`).
"""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from shared.providers.base import Unavailable

_LARGEST = 2**63 - 1
"""What Postgres can hold in its widest whole number."""

LARGEST_COUNT = 2**31 - 1
"""What an INTEGER column can hold."""
LARGEST_BILL = 10**12
"""Tokens. More than anybody can train, and at any price still an amount of money that can be stored."""


def parse_object(raw: str) -> dict[str, Any]:
    """A JSON object whose every string can be stored; anything else is no answer."""
    try:
        body = _storable(json.loads(raw))
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Unavailable("The provider's answer could not be read")
    return body


def _storable(value: Any) -> Any:
    """Postgres refuses NUL in text, UTF-8 refuses lone surrogates, and JSON has no NaN; what Python reads may hold them."""
    match value:
        case float():
            return value if math.isfinite(value) else None
        case str():
            return value.replace("\x00", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()
        case list():
            return [_storable(one) for one in value]
        case dict():
            return {_storable(key): _storable(one) for key, one in value.items()}
        case _:
            return value


def text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= _LARGEST and math.isfinite(value) else None


def whole(value: Any) -> int | None:
    """A whole number; some arrive with a decimal point (`120.0`)."""
    found = number(value)
    return int(value) if found is not None and found == int(found) else None


def count(value: Any, largest: int = LARGEST_COUNT) -> int | None:
    """How many of something, never less than none; what is larger than can be stored or charged is a fault, not a count."""
    found = whole(value)
    return found if found is not None and 0 <= found <= largest else None


def moment(value: Any) -> datetime | None:
    """Unix seconds as UTC. Zero stands for "not known" in some answers."""
    seconds = number(value)
    if not seconds:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
