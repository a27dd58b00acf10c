"""An account at a provider: by what it is reached, and what a check of it told. It asks nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field

from shared.providers.identity import Identity


@dataclass(frozen=True, slots=True)
class Account:
    """What a check of the credential told. `training` None = the provider does not say without trying."""

    reachable: bool
    training: bool | None
    detail: str


@dataclass(frozen=True, slots=True)
class Access:
    """Where, as whom and by which way: the only things a provider client is made of. No ambient variable adds to it.

    `identity` (Azure): who asks for tokens that are shown instead of `credential`. `ca_pem`: the only authorities that are
    believed, as PEM; None = those that the machine trusts.
    """

    base_url: str
    credential: str = field(repr=False)
    api_version: str | None = None
    timeout_seconds: float = 30.0
    proxy_url: str | None = None
    ca_pem: str | None = None
    identity: Identity | None = None
    on_request: Callable[[], None] | None = field(default=None, repr=False, compare=False)
    """Called with each request that is sent, whatever comes of it."""
