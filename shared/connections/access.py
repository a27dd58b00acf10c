"""From a stored connection to somebody who answers: opens its secrets at the last moment, each for its own host only."""

from collections.abc import Callable, Mapping

from shared.connections.addresses import host_of
from shared.connections.credentials import CannotOpen, Vault
from shared.connections.entra_access import IdentityKind, kind_in
from shared.connections.tables import Connection, CredentialKind
from shared.errors import Conflict
from shared.providers import open_deployer, open_provider
from shared.providers.base import Access, Provider
from shared.providers.deploying import Deployer, ResourceAccess
from shared.providers.identity import Application, Identity, ManagedIdentity, WorkloadIdentity

PATIENCE_SECONDS = 30.0
"""How long a provider may be silent before it counts as one that does not answer."""


def provider_of(
    connection: Connection,
    vault: Vault,
    *,
    timeout_seconds: float = PATIENCE_SECONDS,
    on_request: Callable[[], None] | None = None,
) -> Provider:
    """The provider behind a connection. Asks it nothing yet; what prevents getting a token for it is raised, and CannotOpen.

    `on_request` is called with each request that is sent.
    """
    by_key = connection.credential_kind is CredentialKind.KEY
    return open_provider(
        connection.provider,
        Access(
            base_url=connection.base_url,
            credential=vault.open(connection.sealed_credential, connection.id) if by_key else "",
            api_version=connection.api_version,
            timeout_seconds=timeout_seconds,
            proxy_url=connection.proxy_url,
            ca_pem=connection.ca_pem,
            on_request=on_request,
            identity=None if by_key else identity_of(connection, vault, connection.base_url),
        ),
    )


def deployer_of(connection: Connection, vault: Vault) -> Deployer:
    """Who makes deployments in a connection's resource. Asks nothing yet.

    Raises CannotOpen, and Conflict where it may not be managed.
    """
    where = managed(connection)
    return open_deployer(
        ResourceAccess(
            arm_url=where["arm_url"],
            subscription_id=where["subscription_id"],
            resource_group=where["resource_group"],
            account=where["account"],
            identity=identity_of(connection, vault, where["arm_url"]),
            timeout_seconds=PATIENCE_SECONDS,
        )
    )


def managed(connection: Connection) -> dict[str, str]:
    """Where the resource manager finds a connection's resource. Raises Conflict when nobody has said so."""
    if connection.management is None or connection.entra is None:
        raise Conflict(
            f"{connection.name} has no access to Azure's resource manager, which makes deployments. An admin gives it: "
            f"PATCH /v1/connections/{connection.id} with `management` and `entra`.",
            connection=connection.name,
        )
    return connection.management


def identity_of(connection: Connection, vault: Vault, shown_to: str) -> Identity:
    """As whom a connection asks for tokens that are shown at an address. Raises CannotOpen.

    The installation may have been told since of fewer hosts that the machine's own tokens are shown to.
    """
    entra = connection.entra
    assert entra is not None
    kind = kind_in(entra)
    if kind is IdentityKind.APPLICATION:
        return _application(connection, entra, vault)
    if not vault.machine.may_show_to(host := host_of(shown_to)):
        raise CannotOpen(f"tokens of the machine's own identity are not shown to {host}: TUNEWRIGHT_IDENTITY_HOSTS")
    if kind is IdentityKind.MANAGED:
        return ManagedIdentity(entra["client_id"], vault.machine)
    return WorkloadIdentity(entra["tenant_id"], entra["client_id"], vault.machine)


def _application(connection: Connection, entra: Mapping[str, str], vault: Vault) -> Application:
    assert connection.sealed_client_secret is not None
    return Application(
        tenant_id=entra["tenant_id"],
        client_id=entra["client_id"],
        client_secret=vault.open(connection.sealed_client_secret, connection.id),
        authority_url=entra["authority_url"],
    )
