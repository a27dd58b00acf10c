"""Standard Webhooks, as far as one that comes in is held against what was agreed on: https://www.standardwebhooks.com. Pure.

The signature covers id, moment and body; whoever knows one of the secrets can make it. What is in the body is not looked at.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

WINDOW_SECONDS = 300.0
"""How far a delivery's moment may lie from now, either way: what was overheard cannot be sent again later."""
_SCHEME = "v1,"
_PREFIX = "whsec_"
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Seal:
    """What a delivery says of itself in its headers. `id` is the same when one is sent again."""

    id: str
    timestamp: int
    signatures: tuple[str, ...]

    def is_fresh(self, moment: datetime) -> bool:
        return abs(moment.timestamp() - self.timestamp) <= WINDOW_SECONDS

    def is_of(self, secrets: Iterable[str], body: bytes) -> bool:
        """Whether one of the secrets has made one of the signatures."""
        signed = f"{self.id}.{self.timestamp}.".encode() + body
        made = [hmac.new(key_of(secret), signed, hashlib.sha256).digest() for secret in secrets]
        shown = [found for one in self.signatures if (found := _decoded(one)) is not None]
        # Each with each, so that the time it takes tells nothing of which one fits.
        fits = [hmac.compare_digest(one, other) for one in made for other in shown]
        return any(fits)


def read_seal(headers: Mapping[str, str]) -> Seal | None:
    """The seal in a request's headers; None where there is none that could be right."""
    shown, moment = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    signatures = headers.get("webhook-signature", "")
    if not shown or len(shown) + len(signatures) > _LONGEST or not moment.isdecimal() or len(moment) > 12:
        return None
    known = tuple(one.removeprefix(_SCHEME) for one in signatures.split() if one.startswith(_SCHEME))
    return Seal(shown, int(moment), known) if known and shown.isprintable() else None


def key_of(secret: str) -> bytes:
    """The key that a secret stands for: base 64 behind `whsec_`, else the text itself. Raises ValueError."""
    if not secret.startswith(_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("is not base 64 behind whsec_") from error


def _decoded(signature: str) -> bytes | None:
    try:
        return base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return None
