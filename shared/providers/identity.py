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


@dataclass(frozen=True, slots=True)
class Machine:
    """Where the machine that this runs on gives out tokens for identities of its own, and to which hosts these may be shown.

    `header` is what Azure's App Service and its like want to see; without one the address is that of a virtual machine's metadata.
    `token_file` is what a cluster vouches with for a workload, at `authority_url`. `hosts`: names, or endings that begin with a
    dot. All of it is the installation's to say, and nobody else's.
    """

    endpoint: str = ""
    header: str = field(default="", repr=False)
    hosts: tuple[str, ...] = ()
    token_file: str = ""
    authority_url: str = ""

    def may_show_to(self, host: str) -> bool:
        return any(host.endswith(one) if one.startswith(".") else host == one for one in self.hosts)


NO_MACHINE = Machine()
"""One of which nothing is known: it gives out nothing."""


@dataclass(frozen=True, slots=True)
class ManagedIdentity:
    """An identity that Azure has given the machine that this runs on; `client_id` None = the machine's own."""

    client_id: str | None
    machine: Machine


@dataclass(frozen=True, slots=True)
class WorkloadIdentity:
    """An application as which a workload in a cluster may ask, since the cluster vouches for it."""

    tenant_id: str
    client_id: str
    machine: Machine


Identity = Application | ManagedIdentity | WorkloadIdentity
"""Every way there is."""


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
