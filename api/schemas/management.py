"""Azure by Entra ID on the wire: as whom tokens are asked for, and where deployments are made."""

from typing import Annotated, Any, Self

from pydantic import StringConstraints, model_validator

from api.schemas.addresses import Address
from api.schemas.base import Schema, example
from api.schemas.secrets import Credential
from shared.connections.entra_access import Entra, IdentityKind, Management

_Guid = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]{1,64}$")]
_Resource = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._()-]{1,90}$")]
_AUTHORITY, _ARM = "https://login.microsoftonline.com", "https://management.azure.com"
_APPLICATION: dict[str, Any] = {
    "tenant_id": "5f0c1a52-7c1b-4c47-9f7a-2d1f5c0e9b11",
    "client_id": "0b6fd1f0-93a5-4a0f-8c3d-6a1f1f6f7d22",
    "authority_url": _AUTHORITY,
}


_NEEDED = {
    IdentityKind.APPLICATION: ("tenant_id", "client_id", "client_secret"),
    IdentityKind.MANAGED: (),
    IdentityKind.WORKLOAD: ("tenant_id", "client_id"),
}
_TAKEN = _NEEDED | {IdentityKind.MANAGED: ("client_id",)}


class EntraIn(Schema):
    """As whom Microsoft Entra ID is asked for tokens. An `application` has a tenant and a secret, which is sealed at once and sent
    to `authority_url` only. A `managed_identity` is one of the machine that this service runs on: it has no secret, and a
    `client_id` only where the machine has several. A `workload_identity` is an application with a tenant for which the cluster
    vouches that this service runs in.
    """

    model_config = example(_APPLICATION | {"client_secret": "Xk8Q~4fGh…pL0s9dQw3Rk"})
    kind: IdentityKind = IdentityKind.APPLICATION
    tenant_id: _Guid | None = None
    client_id: _Guid | None = None
    client_secret: Credential | None = None
    authority_url: Address = _AUTHORITY

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        given = {"tenant_id": self.tenant_id, "client_id": self.client_id, "client_secret": self.client_secret}
        missing = [name for name in _NEEDED[self.kind] if given[name] is None]
        foreign = [name for name in given if given[name] is not None and name not in _TAKEN[self.kind]]
        if missing or foreign:
            told = [f"needs {name}" for name in missing] + [f"takes no {name}" for name in foreign]
            raise ValueError(f"of the kind {self.kind}: {', '.join(told)}")
        return self

    def given(self) -> Entra:
        if self.kind is not IdentityKind.APPLICATION or self.client_secret is None:
            return Entra(self.kind, self.client_id, self.tenant_id)
        secret = self.client_secret.get_secret_value()
        return Entra(self.kind, self.client_id, self.tenant_id, self.authority_url, secret)


class EntraShown(Schema):
    """The identity without its secret."""

    model_config = example({"kind": "application", **_APPLICATION})
    kind: IdentityKind = IdentityKind.APPLICATION
    tenant_id: str | None
    client_id: str | None
    authority_url: str | None


class ManagementSchema(Schema):
    """Where Azure's resource manager finds the resource. The application needs the right to write its deployments."""

    model_config = example(
        {
            "subscription_id": "9a1d3c1e-0f5b-4c7e-8d57-3f9b0f1c2a33",
            "resource_group": "models",
            "account": "acme-sweden",
            "arm_url": _ARM,
        }
    )
    subscription_id: _Guid
    resource_group: _Resource
    account: _Resource
    arm_url: Address = _ARM

    def given(self) -> Management:
        return Management(self.subscription_id, self.resource_group, self.account, self.arm_url)
