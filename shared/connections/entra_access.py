"""Azure by Microsoft Entra ID: the application that a connection asks for tokens as, and where its resource is managed.

The application's secret is sealed like a key, and goes in only. Its tokens may be shown to the resource itself instead of a key.
"""

from dataclasses import asdict, dataclass, field

from shared.connections.credentials import Vault
from shared.connections.tables import Connection, CredentialKind, ProviderKind
from shared.errors import FieldError, InvalidRequest


@dataclass(frozen=True, slots=True)
class Entra:
    """An application in a tenant, and where its tokens are given out. It is given whole, with its secret, or not at all."""

    tenant_id: str
    client_id: str
    authority_url: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Management:
    """Where Azure's resource manager finds the resource."""

    subscription_id: str
    resource_group: str
    account: str
    arm_url: str


def check_kind(provider: ProviderKind, kind: CredentialKind, key: str | None, entra: Entra | None) -> None:
    """Refuse a connection that would show nothing, or two things. Raises InvalidRequest."""
    if kind is CredentialKind.KEY:
        if key is None:
            raise InvalidRequest("A credential is missing.", [FieldError("/credential", "required")])
        return
    _check_provider(provider, "/credential_kind")
    if key is not None:
        fault = FieldError("/credential", "not used with credential_kind entra")
        raise InvalidRequest("A connection shows a key or tokens, not both.", [fault])
    if entra is None:
        fault = FieldError("/entra", "required with credential_kind entra")
        raise InvalidRequest("Tokens are asked for by an Entra application.", [fault])


def give_application(connection: Connection, vault: Vault, entra: Entra) -> None:
    """From now on tokens are asked for as this application. Raises InvalidRequest."""
    _check_provider(connection.provider, "/entra")
    connection.entra = {
        "tenant_id": entra.tenant_id,
        "client_id": entra.client_id,
        "authority_url": entra.authority_url,
    }
    connection.sealed_client_secret = vault.seal(entra.client_secret, connection.id)
    connection.client_secret_hint = f"…{entra.client_secret[-4:]}"
    if connection.credential_kind is CredentialKind.ENTRA:
        connection.credential_hint = connection.client_secret_hint
        connection.training_open = None


def give_management(connection: Connection, management: Management, entra: Entra | None) -> None:
    """From now on deployments are made there. Raises InvalidRequest.

    Another address of the resource manager asks for the application again: nobody may have tokens sent to a host of his choice.
    """
    _check_provider(connection.provider, "/management")
    moved = management.arm_url != (connection.management or {}).get("arm_url")
    if moved and entra is None:
        fault = FieldError("/entra", "required with management at another arm_url")
        raise InvalidRequest(
            "A stored secret's tokens are not sent to another address. Give the application too.", [fault]
        )
    if connection.management != asdict(management):
        connection.told_region = None
    connection.management = asdict(management)


def _check_provider(provider: ProviderKind, pointer: str) -> None:
    if provider is not ProviderKind.AZURE:
        raise InvalidRequest("Only Azure knows this.", [FieldError(pointer, f"not for {provider}")])
