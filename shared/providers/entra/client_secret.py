"""Tokens for an application with a secret: OAuth's client-credentials grant. The secret goes to the authority's host only."""

import time
from urllib.parse import quote

import httpx2

from shared.providers.base import ProviderError, Rejected, Throttled, Unavailable
from shared.providers.entra.keeping import Token, forget_token, kept_token, read_token
from shared.providers.identity import Application
from shared.providers.lenient import parse_object, text
from shared.providers.outgoing import open_http
from shared.providers.translation import redact, retry_after

_REFUSALS = frozenset({"invalid_client", "unauthorized_client", "invalid_request"})
"""OAuth's words for what another secret, or a mended registration, would mend."""
_TIMEOUT_SECONDS = 10.0


class ClientSecret:
    """The tokens of one application."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def token(self, scope: str) -> str:
        return kept_token(self._application, scope, lambda: self._fetch(scope))

    def forget(self, scope: str) -> None:
        forget_token(self._application, scope)

    def _fetch(self, scope: str) -> Token:
        asked_at = time.monotonic()
        response = self._ask(scope)
        if response.status_code != 200:
            raise self._prevented(response)
        return read_token(response.text, asked_at)

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
