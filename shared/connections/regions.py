"""Regions, as far as an address or a tier gives them away. Pure; what a connection is told or said to stand in is on its row."""

import re
from urllib.parse import urlsplit

from shared.providers.kinds import ProviderKind
from shared.providers.tiers import ServiceTier

_IN_AN_ADDRESS = {
    ProviderKind.OPENAI: re.compile(r"([a-z]{2})\.api\.openai\.com"),
    ProviderKind.AZURE: re.compile(r"([a-z0-9]+)\.api\.cognitive\.microsoft\.com"),
}
"""Hosts that answer from one region, and are named for it."""
_STAYING = frozenset({None, ServiceTier.STANDARD})


def region_in(provider: ProviderKind, url: str) -> str | None:
    """`eu` of `https://eu.api.openai.com/v1`; None where an address says nothing."""
    named = _IN_AN_ADDRESS.get(provider)
    found = named and named.fullmatch((urlsplit(url).hostname or "").lower())
    return found[1] if found else None


def stays_in_region(tier: ServiceTier | None) -> bool:
    """Whether work at a tier is done where the connection stands: Azure's others are done wherever there is room."""
    return tier in _STAYING
