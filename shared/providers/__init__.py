"""The providers that a connection can be of. Adding one is its file and its line here."""

from shared.providers.azure import AzureProvider
from shared.providers.base import Access, Provider, Unavailable
from shared.providers.openai import OpenAIProvider
from shared.providers.translation import ODD_ADDRESS

_KINDS = {
    "openai": OpenAIProvider,
    "azure": AzureProvider,
}


def moderates(kind: str) -> bool:
    """Whether a provider of this kind has moderation to ask."""
    return _KINDS[kind].moderates


def open_provider(kind: str, access: Access) -> Provider:
    """A client for one account; makes no request. Close it, or let go of it.

    A credential that no header can carry is Rejected, an address that is none Unavailable.
    """
    try:
        return _KINDS[kind](access)
    except ODD_ADDRESS as error:
        raise Unavailable("The connection's address is not one that can be called", reached=False) from error
