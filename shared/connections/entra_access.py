"""Azure by Microsoft Entra ID: as whom a connection asks for tokens, and where its resource is managed.

An application's secret is sealed like a key, and goes in only. An identity of the machine that this runs on needs none; what it is
given may be shown to hosts that the installation names. Tokens may be shown to the resource itself instead of a key.
"""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from shared.connections.addresses import host_of
from shared.connections.credentials import Vault
from shared.connections.tables import Connection, CredentialKind, ProviderKind
from shared.errors import FieldError, InvalidRequest


class IdentityKind(StrEnum):
    """As whom tokens are asked for."""

    APPLICATION = "application"
    MANAGED = "managed_identity"
    """An identity that Azure has given the machine that this runs on."""
    WORKLOAD = "workload_identity"
    """An application, vouched for by the cluster that this runs in."""


@dataclass(frozen=True, slots=True)
class Entra:
    """An identity. An application: in a tenant, with a secret, and where its tokens are given out; it is given whole or not at all.
    One of the machine's: `client_id`, or None for the machine's own; a workload's: with its tenant.
    """

    kind: IdentityKind
    client_id: str | None
    tenant_id: str | None = None
    authority_url: str | None = None
    client_secret: str | None = field(default=None, repr=False)

    def stored(self) -> dict[str, Any]:
        """What is kept in the clear."""
        named = {"tenant_id": self.tenant_id, "client_id": self.client_id, "authority_url": self.authority_url}
        return {"kind": self.kind} | named


def kind_in(stored: dict[str, Any]) -> IdentityKind:
    """Of an identity as it is kept. What was kept before there was a choice is an application."""
    return IdentityKind(stored.get("kind", IdentityKind.APPLICATION))


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
        raise InvalidRequest("Tokens are asked for by an Entra identity.", [fault])


def give_identity(connection: Connection, vault: Vault, entra: Entra) -> None:
    """From now on tokens are asked for as this one. Raises InvalidRequest."""
    _check_provider(connection.provider, "/entra")
    connection.entra = entra.stored()
    if entra.client_secret is None:
        connection.sealed_client_secret = connection.client_secret_hint = None
    else:
        connection.sealed_client_secret = vault.seal(entra.client_secret, connection.id)
        connection.client_secret_hint = f"…{entra.client_secret[-4:]}"
    if connection.credential_kind is CredentialKind.ENTRA:
        connection.credential_hint = connection.client_secret_hint or entra.kind.replace("_", " ")
        connection.training_open = None


def check_shown(connection: Connection, vault: Vault) -> None:
    """Refuse to show tokens of the machine's own identity to whoever an admin names: nobody has given a secret for them, so nobody
    may choose who sees them. Raises InvalidRequest.
    """
    kind = None if connection.entra is None else kind_in(connection.entra)
    if kind in (None, IdentityKind.APPLICATION):
        return
    of_machine = kind is IdentityKind.MANAGED
    if not (vault.machine.endpoint if of_machine else vault.machine.token_file):
        told = "IDENTITY_ENDPOINT" if of_machine else "AZURE_FEDERATED_TOKEN_FILE"
        fault = FieldError("/entra/kind", f"not known here: set {told}")
        raise InvalidRequest("This installation has been told of no identity of its own.", [fault])
    shown = {"/base_url": connection.base_url} if connection.credential_kind is CredentialKind.ENTRA else {}
    shown |= {} if connection.management is None else {"/management/arm_url": connection.management["arm_url"]}
    faults = [
        FieldError(pointer, "is no host of TUNEWRIGHT_IDENTITY_HOSTS")
        for pointer, url in shown.items()
        if not vault.machine.may_show_to(host_of(url))
    ]
    if connection.ca_pem is not None:
        faults.append(
            FieldError("/ca_pem", "not with an identity of the machine's: its tokens are shown to Azure itself")
        )
    if faults:
        raise InvalidRequest(
            "Tokens of the machine's own identity are shown to hosts that the installation names.", faults
        )


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
