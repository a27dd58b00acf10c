"""The kinds of providers there are, by name. Adding one is its file and its line here.

Loading this loads the SDK with which they are asked: `shared.providers` does so when the first one is opened.
"""

from shared.providers.arm import ArmDeployer
from shared.providers.azure import AzureProvider
from shared.providers.base import Access, Provider, Unavailable
from shared.providers.deploying import Deployer, ResourceAccess
from shared.providers.openai import OpenAIProvider
from shared.providers.translation import ODD_ADDRESS

_KINDS = {
    "openai": OpenAIProvider,
    "azure": AzureProvider,
}


def moderates(kind: str) -> bool:
    """See `shared.providers.moderates`."""
    return _KINDS[kind].moderates


def open_provider(kind: str, access: Access) -> Provider:
    """See `shared.providers.open_provider`."""
    try:
        return _KINDS[kind](access)
    except ODD_ADDRESS as error:
        raise Unavailable("The connection's address is not one that can be called", reached=False) from error


def open_deployer(access: ResourceAccess) -> Deployer:
    """See `shared.providers.open_deployer`."""
    return ArmDeployer(access)
