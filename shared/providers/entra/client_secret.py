"""Tokens for an application with a secret: OAuth's client-credentials grant. The secret goes to the authority's host only.

Tokens are kept in the process until shortly before they end; nothing of them is stored.
"""

import time
from dataclasses import dataclass
from threading import Lock
from urllib.parse import quote

import httpx2

from shared.providers.base import ProviderError, Rejected, Throttled, Unavailable
from shared.providers.identity import Application
from shared.providers.lenient import number, parse_object, text
from shared.providers.outgoing import open_http, sendable
from shared.providers.translation import redact, retry_after

_REFUSALS = frozenset({"invalid_client", "unauthorized_client", "invalid_request"})
"""OAuth's words for what another secret, or a mended registration, would mend."""
MARGIN_SECONDS = 300.0
"""A token that ends sooner is not used any more, so that what is begun with one can be ended with it."""
_TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    good_until: float
    """On the process's own monotonic clock."""


_kept: dict[tuple[Application, str], _Token] = {}
_lock = Lock()


class ClientSecret:
    """The tokens of one application. All objects for the same application share them."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def token(self, scope: str) -> str:
        kept = _kept.get((self._application, scope))
        if kept is not None and kept.good_until > time.monotonic():
            return kept.value
        fetched = self._fetch(scope)
        with _lock:
            for key in [key for key, one in _kept.items() if one.good_until <= time.monotonic()]:
                del _kept[key]
            _kept[self._application, scope] = fetched
        return fetched.value

    def forget(self, scope: str) -> None:
        with _lock:
            _kept.pop((self._application, scope), None)

    def _fetch(self, scope: str) -> _Token:
        asked_at = time.monotonic()
        response = self._ask(scope)
        if response.status_code != 200:
            raise self._prevented(response)
        try:
            body = parse_object(response.text)
        except Unavailable:
            body = {}
        value, seconds = text(body.get("access_token")), number(body.get("expires_in"))
        if value is None or seconds is None:
            raise _unavailable("answered with something that is no token")
        return _Token(sendable(value), asked_at + seconds - MARGIN_SECONDS)

    def _ask(self, scope: str) -> httpx2.Response:
        one = self._application
        url = f"{one.authority_url.rstrip('/')}/{quote(one.tenant_id, safe='')}/oauth2/v2.0/token"
        form = {
            "grant_type": "client_credentials",
            "client_id": one.client_id,
            "client_secret": one.client_secret,
            "scope": scope,
        }
        try:
            with open_http(_TIMEOUT_SECONDS) as http:
                return http.post(url, data=form)
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, OSError) as error:
            kind = type(error).__name__
        # Outside the except block: the client's error holds the request, and with it the secret.
        raise _unavailable(f"could not be asked ({kind})")

    def _prevented(self, response: httpx2.Response) -> ProviderError:
        status = response.status_code
        if status == 429:
            return Throttled("Entra ID asks us to wait", retry_after(response.headers))
        if not 400 <= status < 500:
            return _unavailable(f"answered with HTTP {status}")
        try:
            body = parse_object(redact(response.text, self._application.client_secret))
        except Unavailable:
            body = {}
        reason, code = text(body.get("error_description")), text(body.get("error"))
        if status != 401 and code not in _REFUSALS:
            # Perhaps something on the way to it: no word of our credential.
            return _unavailable(f"answered with HTTP {status}{f': {reason[:1000]}' if reason else ''}")
        # Who waits for a credential that is refused waits for a new one.
        return Rejected((reason or f"Entra ID answered with HTTP {status}")[:1000], code or str(status), 401)


def _unavailable(what: str) -> Unavailable:
    return Unavailable(f"Entra ID {what}", reached=False)
