"""The providers that a connection can be of. Adding one is its file and its line here."""

from shared.providers.azure import AzureProvider
from shared.providers.base import Access, Provider
from shared.providers.openai import OpenAIProvider

_KINDS = {
    "openai": OpenAIProvider,
    "azure": AzureProvider,
}


def open_provider(kind: str, access: Access) -> Provider:
    """A client for one account; makes no request. Close it, or let go of it. A credential that no header can carry is Rejected."""
    return _KINDS[kind](access)
