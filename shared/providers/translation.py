"""What prevented an answer, said in our three errors.

Decided by the HTTP status first and the provider's code second, never by the words of a message. It does not decide what
to do about it: nothing is repeated here.
"""

import email.utils
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import httpx2
import openai

from shared.clock import utc_now
from shared.providers.base import ProviderError, Rejected, Throttled, Unavailable
from shared.providers.lenient import items, mapping, parse_object, text

ODD_ADDRESS = (httpx2.InvalidURL, UnicodeError)
"""What a host that is none is met with, before anything is sent: at the latest when its name is encoded."""
# Not simply `Exception`: a time limit that strikes in the middle is raised as one too.
_NOT_TRANSLATED = (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, ValueError, OSError)
_NEVER_LEFT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
)
"""Raised while there is no connection yet (refused, unknown host, failed handshake, a proxy that lets nobody through), so the
request cannot have arrived.
A reset is not among them: it may come after the request was read."""

_NOT_BY_WAITING = frozenset(
    {
        "insufficient_quota",
        "billing_hard_limit_reached",
        "credit_balance_exhausted",
        "organization_usage_limit_exceeded",
        "organization_spend_limit_exceeded",
        "project_spend_limit_exceeded",
    },
)
"""Codes of a 429 that a person must mend. (Azure's `quotaExceeded` is not one: its places come free as jobs end.)"""

_PATIENCE = 5.0
_SHORTEST, _LONGEST = 0.5, 600.0
"""Seconds. A longer wait than ten minutes is asked about again: a far date is more often a wrong clock than a promise."""

_LONGEST_REASON = 1000


class Raw(Protocol):
    """What the SDK's `with_raw_response` methods return, as far as we use it."""

    @property
    def http_response(self) -> httpx2.Response: ...


def ask(credential: str, send: Callable[[], Raw], about: Iterable[str] = ()) -> httpx2.Response:
    """Send once. Returns an answer of 2xx, or raises a ProviderError that holds nothing of the request.

    `about`: the names of the things that are asked about.
    """
    try:
        return send().http_response
    except openai.OpenAIError as error:
        failed = translate(error, credential, about)
    except _NOT_TRANSLATED as error:
        failed = _odd(error)
    # Outside the except block, so that the SDK's error, which holds the request and with it the credential, is not chained.
    raise failed


def send_plain(http: httpx2.Client, request: httpx2.Request) -> httpx2.Response:
    """Send once, without the SDK. Returns whatever was answered, or raises Unavailable that holds nothing of the request."""
    try:
        return http.send(request)
    except _NOT_TRANSLATED as error:
        unanswered = _unanswered(error)
    raise unanswered


def _unanswered(error: Exception) -> ProviderError:
    match error:
        case _ if isinstance(error, _NEVER_LEFT):
            return Unavailable("The provider could not be connected to", reached=False)
        case httpx2.TimeoutException():
            return Unavailable("The provider did not answer in time")
        case _:
            return _odd(error)


def _odd(error: Exception) -> ProviderError:
    if isinstance(error, ODD_ADDRESS):
        return Unavailable("The connection's address is not one that can be called", reached=False)
    return Unavailable(f"The request broke off ({type(error).__name__})")


def translate(error: openai.OpenAIError, credential: str, about: Iterable[str] = ()) -> ProviderError:
    match error:
        case openai.APIStatusError():
            return prevented(error.response, credential, about)
        case openai.APIConnectionError() if isinstance(error.__cause__, _NEVER_LEFT):
            return Unavailable("The provider could not be connected to", reached=False)
        case openai.APITimeoutError():
            return Unavailable("The provider did not answer in time")
        case _:
            return Unavailable("The connection broke before the provider's answer was complete")


def redact(raw: str, credential: str) -> str:
    """A server may echo the key that it was sent: in an error, an event, anywhere."""
    return raw.replace(credential, "[credential]")


def prevented(response: httpx2.Response, credential: str, about: Iterable[str] = ()) -> ProviderError:
    """What an answer that is not of 2xx says, in our three errors. `about`: see `ask`."""
    status, no = response.status_code, _Refusal.read(redact(response.text, credential))
    reason = no.message or no.detail or f"The provider answered with HTTP {status}"
    if status == 429 and not no.lasting:
        return Throttled(reason, retry_after(response.headers))
    # 408 and 409 judge the moment, not the request; and what a 409 conflicts with may be our own request, sent before.
    if status in (408, 409) or not 400 <= status < 500:
        return Unavailable(reason, failed=status in (500, 503) and no.in_its_own_words)
    # Only the provider itself can say that a thing does not exist; anything in front of it says 404 in other words.
    if status == 404 and not (no.in_its_own_words or no.knows(about)):
        return Unavailable(f"The connection's address leads to something that answers HTTP 404: {reason}")
    return Rejected(reason, no.code or str(status), status)


@dataclass(frozen=True, slots=True)
class _Refusal:
    """The error body of OpenAI and Azure, `{"error": {message, type, code, …}}`, any of them null; or that of many compatible
    servers, `{"detail": "…"}` or `{"detail": [{"msg": "…", …}]}`. A gateway may be written with the framework that they are, so a
    detail alone does not tell who speaks.
    """

    message: str | None
    detail: str | None
    type: str | None
    code: str | None

    @classmethod
    def read(cls, raw: str) -> "_Refusal":
        try:
            body = parse_object(raw)
        except Unavailable:
            body = {}
        error = mapping(body.get("error"))
        message, detail = text(error.get("message")), _detail(body.get("detail"))
        return cls(_short(message), _short(detail), text(error.get("type")), text(error.get("code")))

    @property
    def lasting(self) -> bool:
        return self.type == "insufficient_quota" or self.code in _NOT_BY_WAITING

    @property
    def in_its_own_words(self) -> bool:
        """Azure's gateway answers for routes that do not exist, with the status as its code."""
        return self.message is not None and self.code != "404"

    def knows(self, about: Iterable[str]) -> bool:
        """Whether the detail names one of these things, and not merely the path to it: then it was looked for."""
        names = (rf"(?<![/\w-]){re.escape(name)}(?![/\w-])" for name in about)
        return self.detail is not None and any(re.search(name, self.detail) for name in names)


def _short(reason: str | None) -> str | None:
    return reason and reason[:_LONGEST_REASON]


def _detail(detail: Any) -> str | None:
    if isinstance(detail, str):
        return text(detail)
    told = (text(mapping(one).get("msg")) for one in items(detail))
    return "; ".join(one for one in told if one) or None


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds to wait, from `retry-after-ms`, else `retry-after` (seconds or a date), within bounds."""
    milliseconds = _float(headers.get("retry-after-ms"))
    stated = headers.get("retry-after")
    wait = milliseconds / 1000 if milliseconds is not None else _float(stated)
    if wait is None:
        wait = _until(stated)
    return min(max(wait, _SHORTEST), _LONGEST) if wait is not None and wait >= 0 else _PATIENCE


def _float(value: str | None) -> float | None:
    try:
        found = float(value or "")
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _until(date: str | None) -> float | None:
    try:
        moment: datetime = email.utils.parsedate_to_datetime(date or "")
        return (moment - utc_now()).total_seconds()
    except (ValueError, TypeError):
        return None
