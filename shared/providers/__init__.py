"""The providers that a connection can be of. Which there are is said in `opening`."""

from importlib import import_module

from shared.providers.base import Access, Provider
from shared.providers.deploying import Deployer, ResourceAccess

_OPENING = "shared.providers.opening"


def moderates(kind: str) -> bool:
    """Whether a provider of this kind has moderation to ask."""
    told: bool = import_module(_OPENING).moderates(kind)
    return told


def grades(kind: str) -> bool:
    """Whether a provider of this kind can be asked about graders."""
    told: bool = import_module(_OPENING).grades(kind)
    return told


def open_provider(kind: str, access: Access) -> Provider:
    """A client for one account; asks it nothing. Close it, or let go of it.

    A credential that no header can carry is Rejected, an address that is none Unavailable. An identity is asked for its token
    here; what prevents that is raised too.
    """
    opened: Provider = import_module(_OPENING).open_provider(kind, access)
    return opened


def open_deployer(access: ResourceAccess) -> Deployer:
    """Who makes deployments in one resource; makes no request. Close it, or let go of it."""
    opened: Deployer = import_module(_OPENING).open_deployer(access)
    return opened


def load_sdk() -> None:
    """Load now what the first `open_provider` would load: a worker that never asks a provider does without its 15 MB."""
    import_module(_OPENING)
