"""Azure's service tiers: where the capacity stands that trains or answers, which decides the price. Pure.

How a tier is spelt on the wire is `azure.py`'s and `deploying.py`'s to know.
"""

from enum import StrEnum

_AZURE = "azure"
_FIRST_DATED_WITH_TIERS = "2025"


class ServiceTier(StrEnum):
    STANDARD = "standard"
    """In the resource's own region."""
    GLOBAL = "global"
    """Wherever there is room; cheaper."""
    DEVELOPER = "developer"
    """On spare capacity, which may be taken away; cheapest, and without promises."""


def training_tiers(provider: str, api_version: str | None) -> tuple[ServiceTier, ...]:
    """The tiers that a job can be ordered at on an account; the first is taken where none is named. Empty: it knows no tiers.

    Azure's older dated APIs cannot be told one, and then the resource's own region is billed.
    """
    if provider != _AZURE:
        return ()
    if api_version is not None and api_version < _FIRST_DATED_WITH_TIERS:
        return (ServiceTier.STANDARD,)
    return ServiceTier.GLOBAL, ServiceTier.STANDARD, ServiceTier.DEVELOPER
