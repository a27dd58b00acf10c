"""Connections on the wire. Credentials go in and never come out."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field, SecretStr, StringConstraints

from api.schemas.addresses import ADDRESS, Address, Authorities, ProxyAddress
from api.schemas.base import ConnectionId, Name, Schema, TeamId, example
from api.schemas.own_models import DescribedModel, OwnModelSchema
from shared.connections.actions import ConnectionChanges, Kept, NewConnection
from shared.connections.tables import Health, ProviderKind


def _check_credential(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value()
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("holds characters that no key has")
    return secret


Credential = Annotated[
    SecretStr,
    Field(min_length=16, max_length=1000, description="The provider's key. Sealed at once, and never shown again."),
    AfterValidator(_check_credential),
]
Deployments = Annotated[
    dict[Name, Name],
    Field(max_length=200, description="Model → the name under which it answers there (Azure: its deployment's)."),
]
Teams = Annotated[
    list[TeamId],
    Field(max_length=1000, description="The teams that may use it; null: all of them. To others it does not exist."),
]
OwnModels = Annotated[
    list[OwnModelSchema], Field(max_length=200, description="What a `compatible` server trains, and what that costs.")
]
ApiVersion = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]{1,40}$")]

_DESCRIBED: dict[str, Any] = {
    "name": "openai-main",
    "provider": "openai",
    "base_url": ADDRESS,
    "api_version": None,
    "deployments": {},
    "proxy_url": None,
    "ca_pem": None,
    "teams": None,
    "catalogue": [],
}


def _each_once(models: list[OwnModelSchema]) -> list[OwnModelSchema]:
    if len({one.model for one in models}) < len(models):
        raise ValueError("names a model twice")
    return models


class ConnectionCreate(Schema):
    """`api_version` is for Azure's dated interface; without it the undated one (`/openai/v1`) is spoken."""

    model_config = example(_DESCRIBED | {"credential": "sk-proj-4fGh…w3Rk"})
    name: Name
    provider: ProviderKind
    base_url: Address
    credential: Credential
    api_version: ApiVersion | None = None
    deployments: Deployments = Field(default_factory=dict)
    proxy_url: ProxyAddress | None = None
    ca_pem: Authorities | None = None
    teams: Teams | None = None
    catalogue: Annotated[OwnModels, AfterValidator(_each_once)] = Field(default_factory=list)

    def wanted(self, today: date) -> NewConnection:
        return NewConnection(
            name=self.name,
            provider=self.provider,
            base_url=self.base_url,
            credential=self.credential.get_secret_value(),
            api_version=self.api_version,
            deployments=self.deployments,
            proxy_url=self.proxy_url,
            ca_pem=self.ca_pem,
            teams=self.teams,
            catalogue=[one.own(today) for one in self.catalogue],
        )


class ConnectionPatch(Schema):
    """What is left out stays as it is. Another `base_url`, `proxy_url` or `ca_pem` needs the credential again. Null takes the
    proxy or the authorities away, and opens the connection to all teams.
    """

    model_config = example({"credential": "sk-proj-4fGh…w3Rk"})
    name: Name | None = None
    base_url: Address | None = None
    credential: Credential | None = None
    deployments: Deployments | None = None
    proxy_url: ProxyAddress | None = None
    ca_pem: Authorities | None = None
    teams: Teams | None = None
    catalogue: Annotated[OwnModels, AfterValidator(_each_once)] | None = None

    def changes(self, today: date) -> ConnectionChanges:
        given = self.model_fields_set
        return ConnectionChanges(
            name=self.name,
            base_url=self.base_url,
            credential=None if self.credential is None else self.credential.get_secret_value(),
            deployments=self.deployments,
            proxy_url=self.proxy_url if "proxy_url" in given else Kept.KEPT,
            ca_pem=self.ca_pem if "ca_pem" in given else Kept.KEPT,
            teams=self.teams if "teams" in given else Kept.KEPT,
            catalogue=None if self.catalogue is None else [one.own(today) for one in self.catalogue],
        )


class ConnectionSummary(Schema):
    """What teams see of a connection. `training_open` null: the provider does not tell without an attempt."""

    model_config = example(
        {
            "id": "conn_01h455vb4pex5vsknk084sn02q",
            "name": "openai-main",
            "provider": "openai",
            "health": "healthy",
            "training_open": True,
            "models": {},
        }
    )
    id: ConnectionId
    name: str
    provider: ProviderKind
    health: Health
    training_open: bool | None
    models: dict[str, Any]


class ConnectionSchema(Schema):
    """What admins see. `training_open` null: the provider does not tell without an attempt. `models`: what it told of each."""

    model_config = example(
        _DESCRIBED
        | {
            "id": "conn_01h455vb4pex5vsknk084sn02q",
            "credential_hint": "…w3Rk",
            "health": "healthy",
            "health_detail": "The credential works",
            "training_open": True,
            "models": {},
            "outage_since": None,
            "checked_at": "2026-11-20T09:00:05Z",
            "created_at": "2026-11-20T09:00:00Z",
        }
    )
    id: ConnectionId
    name: str
    provider: ProviderKind
    base_url: str
    api_version: str | None
    credential_hint: str
    health: Health
    health_detail: str | None
    training_open: bool | None
    models: dict[str, Any]
    deployments: dict[str, str]
    proxy_url: str | None
    ca_pem: str | None
    teams: list[TeamId] | None
    catalogue: list[DescribedModel]
    outage_since: datetime | None
    checked_at: datetime | None
    created_at: datetime
