"""Which environment variables a program gets. Providers' keys, proxies and everything unknown stay outside."""

from collections.abc import MutableMapping

PROVIDER_PREFIXES = ("OPENAI_", "AZURE_", "ANTHROPIC_", "AWS_")
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


def is_providers(name: str) -> bool:
    """Whether a variable would lead a provider's client somewhere, or let it pay."""
    return name.startswith(PROVIDER_PREFIXES) or name.lower() in PROXIES


def forget_providers(environment: MutableMapping[str, str]) -> None:
    for name in [name for name in environment if is_providers(name)]:
        del environment[name]
