"""Opening a provider of some kind. Which kinds there are is said in `kinds`.

Loading this loads the SDK with which they are asked: `shared.providers` does so when the first one is opened.
"""

from functools import cache
from importlib import import_module
from ssl import SSLError

from shared.providers.arm import ArmDeployer
from shared.providers.base import Access, Provider, Unavailable
from shared.providers.deploying import Deployer, ResourceAccess
from shared.providers.kinds import ProviderKind
from shared.providers.translation import ODD_ADDRESS


def moderates(kind: str) -> bool:
    """See `shared.providers.moderates`."""
    return _implementation(kind).moderates


def grades(kind: str) -> bool:
    """See `shared.providers.grades`."""
    return _implementation(kind).grades


def open_provider(kind: str, access: Access) -> Provider:
    """See `shared.providers.open_provider`."""
    try:
        return _implementation(kind)(access)
    except ODD_ADDRESS as error:
        raise Unavailable("The connection's address is not one that can be called", reached=False) from error
    except SSLError as error:
        raise Unavailable("The connection's authorities cannot be read", reached=False) from error


@cache
def _implementation(kind: str) -> type[Provider]:
    module, _, name = ProviderKind(kind).traits.implemented_by.partition(":")
    found: type[Provider] = getattr(import_module(module), name)
    return found


def open_deployer(access: ResourceAccess) -> Deployer:
    """See `shared.providers.open_deployer`."""
    return ArmDeployer(access)
