"""From an identity to somebody who gives out tokens for it."""

from shared.providers.entra.client_secret import ClientSecret
from shared.providers.identity import Identity, TokenSource


def source_of(identity: Identity) -> TokenSource:
    """Asks nothing yet."""
    return ClientSecret(identity)
