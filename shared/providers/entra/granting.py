"""OAuth's client-credentials grant at Microsoft Entra ID: what is shown there, and what its answers mean.

What proves who asks (a secret, or a token of another issuer's) goes to the authority's host only, and into no error.
"""

import time
from collections.abc import Mapping
from urllib.parse import quote

import httpx2

from shared.providers.base import ProviderError, Rejected, Throttled, Unavailable
from shared.providers.entra.keeping import Token, read_token
from shared.providers.lenient import parse_object, text
from shared.providers.outgoing import open_http
from shared.providers.translation import redact, retry_after

_REFUSALS = frozenset({"invalid_client", "unauthorized_client", "invalid_request"})
"""OAuth's words for what another secret, or a mended registration, would mend."""
_TIMEOUT_SECONDS = 10.0


def granted(authority_url: str, tenant_id: str, shown: Mapping[str, str], proof: str) -> Token:
    """The token for what is `shown`; `proof` is the part of it that nobody else may see. Raises ProviderError."""
    asked_at = time.monotonic()
    url = f"{authority_url.rstrip('/')}/{quote(tenant_id, safe='')}/oauth2/v2.0/token"
    response = _ask(url, {"grant_type": "client_credentials", **shown})
    if response.status_code != 200:
        raise _prevented(response, proof)
    return read_token(response.text, asked_at)


def unavailable(what: str) -> Unavailable:
    """Whatever the token was wanted for has not been asked."""
    return Unavailable(f"Entra ID {what}", reached=False)


def _ask(url: str, form: Mapping[str, str]) -> httpx2.Response:
    try:
        with open_http(_TIMEOUT_SECONDS) as http:
            return http.post(url, data=dict(form))
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, OSError) as error:
        kind = type(error).__name__
    # Outside the except block: the client's error holds the request, and with it the proof.
    raise unavailable(f"could not be asked ({kind})")


def _prevented(response: httpx2.Response, proof: str) -> ProviderError:
    status = response.status_code
    if status == 429:
        return Throttled("Entra ID asks us to wait", retry_after(response.headers))
    if not 400 <= status < 500:
        return unavailable(f"answered with HTTP {status}")
    try:
        body = parse_object(redact(response.text, proof))
    except Unavailable:
        body = {}
    reason, code = text(body.get("error_description")), text(body.get("error"))
    if status != 401 and code not in _REFUSALS:
        # Perhaps something on the way to it: no word of our credential.
        return unavailable(f"answered with HTTP {status}{f': {reason[:1000]}' if reason else ''}")
    # Who waits for a credential that is refused waits for a new one.
    return Rejected((reason or f"Entra ID answered with HTTP {status}")[:1000], code or str(status), 401)
