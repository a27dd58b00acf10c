"""Azure by Entra ID on the wire: the application that asks for tokens, and where deployments are made."""

from typing import Annotated, Any

from pydantic import StringConstraints

from api.schemas.addresses import Address
from api.schemas.base import Schema, example
from api.schemas.secrets import Credential
from shared.connections.entra_access import Entra, Management

_Guid = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]{1,64}$")]
_Resource = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._()-]{1,90}$")]
_AUTHORITY, _ARM = "https://login.microsoftonline.com", "https://management.azure.com"
_APPLICATION: dict[str, Any] = {
    "tenant_id": "5f0c1a52-7c1b-4c47-9f7a-2d1f5c0e9b11",
    "client_id": "0b6fd1f0-93a5-4a0f-8c3d-6a1f1f6f7d22",
    "authority_url": _AUTHORITY,
}


class EntraIn(Schema):
    """An application that asks Microsoft Entra ID for tokens. Its secret is sealed at once and sent to `authority_url` only."""

    model_config = example(_APPLICATION | {"client_secret": "Xk8Q~4fGh…pL0s9dQw3Rk"})
    tenant_id: _Guid
    client_id: _Guid
    client_secret: Credential
    authority_url: Address = _AUTHORITY

    def given(self) -> Entra:
        return Entra(self.tenant_id, self.client_id, self.authority_url, self.client_secret.get_secret_value())


class EntraShown(Schema):
    """The application without its secret."""

    model_config = example(_APPLICATION)
    tenant_id: str
    client_id: str
    authority_url: str


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
