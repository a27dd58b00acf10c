"""Who asks Microsoft Entra ID for a token, and what a way to get one must do. Pure.

Each way is a dataclass here, a file in `entra/`, and a line in `entra/sources.py`.
"""

from dataclasses import dataclass, field
from typing import Protocol

COGNITIVE_SERVICES = "https://cognitiveservices.azure.com/.default"
"""What a token for Azure OpenAI's data plane is asked for."""


@dataclass(frozen=True, slots=True)
class Application:
    """An application that is registered in a tenant, with a secret of its own. `authority_url` is where tokens are given out."""

    tenant_id: str
    client_id: str
    client_secret: str = field(repr=False)
    authority_url: str


Identity = Application
"""Every way there is; another one (a managed identity, say) is added with `|`."""


class TokenSource(Protocol):
    """Gives out tokens for one identity."""

    def token(self, scope: str) -> str:
        """A bearer token that is good for some minutes yet. Raises Rejected (401) when the identity is refused, Throttled, or
        Unavailable with `reached=False`: whatever the token was wanted for has not been asked.
        """
        ...

    def forget(self, scope: str) -> None:
        """The token was refused: ask for another one next time."""
        ...
