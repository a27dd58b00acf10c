"""From a stored connection to somebody who answers: opens the credential at the last moment, for this one host only."""

from shared.connections.credentials import Vault
from shared.connections.tables import Connection
from shared.providers import open_provider
from shared.providers.base import Access, Provider

PATIENCE_SECONDS = 30.0
"""How long a provider may be silent before it counts as one that does not answer."""


def provider_of(connection: Connection, vault: Vault, *, timeout_seconds: float = PATIENCE_SECONDS) -> Provider:
    """The provider behind a connection. Asks nothing yet."""
    return open_provider(
        connection.provider,
        Access(
            base_url=connection.base_url,
            credential=vault.open(connection.sealed_credential, connection.id),
            api_version=connection.api_version,
            timeout_seconds=timeout_seconds,
            proxy_url=connection.proxy_url,
            ca_pem=connection.ca_pem,
        ),
    )
