"""Tokens for a workload whose cluster vouches for it: the cluster renews a file, whose content is shown in place of a secret.

The file and the authority are the installation's to name: whoever saw the content could ask in the workload's name.
"""

from pathlib import Path

from shared.providers.entra.granting import granted, unavailable
from shared.providers.entra.keeping import Token, forget_token, kept_token
from shared.providers.identity import WorkloadIdentity

_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Workload:
    """The tokens of one workload."""

    def __init__(self, identity: WorkloadIdentity) -> None:
        self._identity = identity

    def token(self, scope: str) -> str:
        return kept_token(self._identity, scope, lambda: self._fetch(scope))

    def forget(self, scope: str) -> None:
        forget_token(self._identity, scope)

    def _fetch(self, scope: str) -> Token:
        """The file is read each time, since the cluster writes it anew every hour or so."""
        one = self._identity
        try:
            vouched = Path(one.machine.token_file).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise unavailable(f"is not asked: the cluster's token cannot be read ({type(error).__name__})") from error
        if not vouched:
            raise unavailable("is not asked: the cluster's token is empty")
        shown = {
            "client_id": one.client_id,
            "client_assertion_type": _BEARER,
            "client_assertion": vouched,
            "scope": scope,
        }
        return granted(one.machine.authority_url, one.tenant_id, shown, vouched)
