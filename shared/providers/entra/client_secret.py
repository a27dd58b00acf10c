"""Tokens for an application with a secret of its own."""

from shared.providers.entra.granting import granted
from shared.providers.entra.keeping import Token, forget_token, kept_token
from shared.providers.identity import Application


class ClientSecret:
    """The tokens of one application."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def token(self, scope: str) -> str:
        return kept_token(self._application, scope, lambda: self._fetch(scope))

    def forget(self, scope: str) -> None:
        forget_token(self._application, scope)

    def _fetch(self, scope: str) -> Token:
        one = self._application
        shown = {"client_id": one.client_id, "client_secret": one.client_secret, "scope": scope}
        return granted(one.authority_url, one.tenant_id, shown, one.client_secret)
