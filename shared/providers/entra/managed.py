"""Tokens for an identity of the machine that this runs on: asked of the machine, with no secret of ours.

A virtual machine gives them out at a link-local address, Azure's App Service and its like at one of their own, with a header. Which
it is, is said by the installation's settings alone.
"""

import time

import httpx2

from shared.providers.base import ProviderError, Rejected, Throttled, Unavailable
from shared.providers.entra.keeping import Token, forget_token, kept_token, read_token
from shared.providers.identity import ManagedIdentity
from shared.providers.lenient import mapping, parse_object, text
from shared.providers.outgoing import open_http
from shared.providers.translation import redact, retry_after

_OF_A_SCOPE = "/.default"
_METADATA_VERSION, _APP_SERVICE_VERSION = "2018-02-01", "2019-08-01"
_TIMEOUT_SECONDS = 5.0


class Managed:
    """The tokens of one identity of the machine's."""

    def __init__(self, identity: ManagedIdentity) -> None:
        self._identity = identity

    def token(self, scope: str) -> str:
        return kept_token(self._identity, scope, lambda: self._fetch(scope))

    def forget(self, scope: str) -> None:
        forget_token(self._identity, scope)

    def _fetch(self, scope: str) -> Token:
        asked_at = time.monotonic()
        response = self._ask(scope)
        if response.status_code != 200:
            raise self._prevented(response)
        return read_token(response.text, asked_at)

    def _ask(self, scope: str) -> httpx2.Response:
        machine, client_id = self._identity.machine, self._identity.client_id
        of_app_service = bool(machine.header)
        asked = {
            "api-version": _APP_SERVICE_VERSION if of_app_service else _METADATA_VERSION,
            "resource": scope.removesuffix(_OF_A_SCOPE),
            **({"client_id": client_id} if client_id else {}),
        }
        headers = {"X-IDENTITY-HEADER": machine.header} if of_app_service else {"Metadata": "true"}
        try:
            with open_http(_TIMEOUT_SECONDS) as http:
                return http.get(machine.endpoint, params=asked, headers=headers)
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, OSError) as error:
            kind = type(error).__name__
        # Outside the except block: the client's error holds the request, and with it the header.
        raise _unavailable(f"gives out no tokens ({kind})")

    def _prevented(self, response: httpx2.Response) -> ProviderError:
        status = response.status_code
        if status == 429:
            return Throttled("The machine's own token service asks us to wait", retry_after(response.headers))
        try:
            body = parse_object(self._redacted(response.text))
        except Unavailable:
            body = {}
        reason = (
            text(body.get("error_description"))
            or text(body.get("message"))
            or text(mapping(body.get("error")).get("message"))
        )
        # It says 404 and 410 of itself while it is being renewed; only of the request it says that it cannot be.
        if status not in (400, 401, 403) or not body:
            return _unavailable(f"answered with HTTP {status}{f': {reason[:1000]}' if reason else ''}")
        told = f"The machine that this runs on gives out no token for this identity: {reason or f'HTTP {status}'}"
        return Rejected(told[:1000], text(body.get("error")) or str(status), 401)

    def _redacted(self, raw: str) -> str:
        header = self._identity.machine.header
        return redact(raw, header) if header else raw


def _unavailable(what: str) -> Unavailable:
    return Unavailable(f"The machine that this runs on {what}", reached=False)
