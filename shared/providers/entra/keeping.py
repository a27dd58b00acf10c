"""Tokens, kept in the process until shortly before they end: all objects for one identity share them. Nothing of them is stored."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from shared.providers.base import Unavailable
from shared.providers.identity import Identity
from shared.providers.lenient import number, parse_object, text
from shared.providers.outgoing import sendable

MARGIN_SECONDS = 300.0
"""A token that ends sooner is not used any more, so that what is begun with one can be ended with it."""


@dataclass(frozen=True, slots=True)
class Token:
    value: str
    good_until: float
    """On the process's own monotonic clock."""


_kept: dict[tuple[Identity, str], Token] = {}
_lock = Lock()


def kept_token(identity: Identity, scope: str, fetch: Callable[[], Token]) -> str:
    """The one that is kept, else a new one. Raises what `fetch` raises."""
    kept = _kept.get((identity, scope))
    if kept is not None and kept.good_until > time.monotonic():
        return kept.value
    fetched = fetch()
    with _lock:
        for key in [key for key, one in _kept.items() if one.good_until <= time.monotonic()]:
            del _kept[key]
        _kept[identity, scope] = fetched
    return fetched.value


def forget_token(identity: Identity, scope: str) -> None:
    """It was refused."""
    with _lock:
        _kept.pop((identity, scope), None)


def read_token(raw: str, asked_at: float) -> Token:
    """What was answered: how long it is good for is told, or until when; as a number or as digits. Raises Unavailable, or Rejected
    for a token that no header can carry.
    """
    body = _object(raw)
    value, seconds = text(body.get("access_token")), _number(body.get("expires_in"))
    until = _number(body.get("expires_on"))
    if seconds is None and until is not None:
        seconds = until - time.time()
    if value is None or seconds is None:
        raise Unavailable("Entra ID answered with something that is no token", reached=False)
    return Token(sendable(value), asked_at + seconds - MARGIN_SECONDS)


def _object(raw: str) -> Mapping[str, Any]:
    try:
        return parse_object(raw)
    except Unavailable:
        return {}


def _number(value: Any) -> float | None:
    return number(int(value)) if isinstance(value, str) and value.isdecimal() and len(value) < 16 else number(value)
