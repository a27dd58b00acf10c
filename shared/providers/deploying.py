"""What we ask of whoever makes deployments, at a provider whose models answer from deployments only.

It is another door than `base.Provider`: another address, another right. As there, every method is one question, nothing is
repeated by itself, and what prevented an answer is one of the three errors.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from shared.providers.identity import Identity
from shared.providers.tiers import ServiceTier


class Sku(StrEnum):
    """What capacity a deployment answers from, as Azure names it. Reserved capacity is bought otherwise and not offered."""

    STANDARD = "Standard"
    GLOBAL_STANDARD = "GlobalStandard"
    DATA_ZONE_STANDARD = "DataZoneStandard"
    DEVELOPER_TIER = "DeveloperTier"

    @property
    def tier(self) -> ServiceTier | None:
        """Whose prices hold for it; None = nobody has published any."""
        return _TIERS.get(self)


_TIERS = {
    Sku.STANDARD: ServiceTier.STANDARD,
    Sku.GLOBAL_STANDARD: ServiceTier.GLOBAL,
    Sku.DEVELOPER_TIER: ServiceTier.DEVELOPER,
}


@dataclass(frozen=True, slots=True)
class ResourceAccess:
    """A provider's resource as its resource manager knows it, and as whom it is managed."""

    arm_url: str
    subscription_id: str
    resource_group: str
    account: str
    identity: Identity
    timeout_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class DeploymentOrder:
    """What is wanted under a name. `capacity` is in thousands of tokens a minute; `tag` is ours and comes back in a look."""

    name: str
    model: str
    sku: Sku
    capacity: int
    tag: str


class Standing(StrEnum):
    """How far a deployment is. A state that is not known is `making`: never an error, and never an end."""

    MAKING = "making"
    READY = "ready"
    FAILED = "failed"
    GOING = "going"


@dataclass(frozen=True, slots=True)
class ProviderDeployment:
    """One look at a deployment. `state` is the provider's own word; `tag` None = it is not ours, or was not tagged."""

    name: str
    model: str
    standing: Standing
    state: str
    tag: str | None


class Deployer(Protocol):
    """One resource's deployments."""

    def close(self) -> None:
        """Let go of the connections."""
        ...

    def location(self, base_url: str) -> str | None:
        """The region that the resource stands in, in its provider's word (`swedencentral`). None = it does not tell, or is not
        the one that answers at this address.
        """
        ...

    def put(self, order: DeploymentOrder) -> ProviderDeployment:
        """Have it. The same order again changes nothing and costs nothing more, so it may be repeated after silence."""
        ...

    def find(self, name: str) -> ProviderDeployment | None:
        """One look; None only when the resource is there and has no such deployment."""
        ...

    def delete(self, name: str) -> None:
        """Begin to take it away; one that is gone already is no error."""
        ...
