"""From an identity to somebody who gives out tokens for it: one line each."""

from typing import assert_never

from shared.providers.entra.client_secret import ClientSecret
from shared.providers.entra.managed import Managed
from shared.providers.entra.workload import Workload
from shared.providers.identity import Application, Identity, ManagedIdentity, TokenSource, WorkloadIdentity


def source_of(identity: Identity) -> TokenSource:
    """Asks nothing yet."""
    match identity:
        case Application():
            return ClientSecret(identity)
        case ManagedIdentity():
            return Managed(identity)
        case WorkloadIdentity():
            return Workload(identity)
        case _:
            assert_never(identity)
