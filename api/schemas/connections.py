"""Connections on the wire. Credentials go in and never come out."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field, SecretStr, StringConstraints

from api.schemas.addresses import ADDRESS, Address, Authorities, ProxyAddress
from api.schemas.base import ConnectionId, Name, Schema, TeamId, example
from api.schemas.management import EntraIn, EntraShown, ManagementSchema
from api.schemas.own_models import DescribedModel, OwnModelSchema
from api.schemas.secrets import Credential
from shared.connections.actions import ConnectionChanges, Kept, NewConnection
from shared.connections.tables import CredentialKind, Health, ProviderKind

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
Places = Annotated[int, Field(ge=0, le=100_000, strict=True)]
Requests = Annotated[int, Field(ge=10, le=100_000, strict=True)]
_LIMITS = ("max_running", "max_queued", "max_deployments", "max_requests_per_minute")
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
    "fetches_files": False,
    "max_running": None,
    "max_queued": None,
    "max_deployments": None,
    "max_requests_per_minute": None,
}


def _each_once(models: list[OwnModelSchema]) -> list[OwnModelSchema]:
    if len({one.model for one in models}) < len(models):
        raise ValueError("names a model twice")
    return models


class _Described(Schema):
    """What making and changing have in common.

    `max_running`: jobs that it trains at once; `max_queued`: jobs beyond these that it lets wait; further ones wait here, and teams
    take turns. `max_deployments`: of tuned models. `max_requests_per_minute`: what may be asked about jobs and files.
    Null: as is usual for the provider.
    """

    base_url: Address | None = None
    entra: EntraIn | None = None
    management: ManagementSchema | None = None
    max_running: Places | None = None
    max_queued: Places | None = None
    max_deployments: Places | None = None
    max_requests_per_minute: Requests | None = None

    def limits(self) -> dict[str, int | None]:
        """Those that were named."""
        return {name: getattr(self, name) for name in _LIMITS if name in self.model_fields_set}

    def addresses(self) -> list[tuple[str | None, str]]:
        """Where secrets or tokens would be sent, each with its place in the body; None = not given."""
        return [
            (self.base_url, "/base_url"),
            (None if self.entra is None else self.entra.authority_url, "/entra/authority_url"),
            (None if self.management is None else self.management.arm_url, "/management/arm_url"),
        ]


_SHOWN: dict[str, Any] = _DESCRIBED | {
    "entra": None,
    "client_secret_hint": None,
    "management": None,
    "id": "conn_01h455vb4pex5vsknk084sn02q",
    "credential_kind": "key",
    "credential_hint": "…w3Rk",
    "health": "healthy",
    "health_detail": "The credential works",
    "training_open": True,
    "models": {},
    "poll_lag_seconds": {"p50": 0.5, "p99": 5.0},
    "outage_since": None,
    "checked_at": "2026-11-20T09:00:05Z",
    "created_at": "2026-11-20T09:00:00Z",
}


class ConnectionCreate(_Described):
    """`api_version` is for Azure's dated interface; without it the undated one (`/openai/v1`) is spoken.

    Azure only: with `credential_kind` `entra` the tokens of `entra` are shown instead of a `credential`; `management` (which needs
    `entra`) lets deployments be made; `fetches_files`: training files are not sent, but fetched from this service's object store.
    """

    model_config = example(_DESCRIBED | {"credential": "sk-proj-4fGh…w3Rk"})
    name: Name
    provider: ProviderKind
    base_url: Address
    credential: Credential | None = None
    credential_kind: CredentialKind = CredentialKind.KEY
    api_version: ApiVersion | None = None
    deployments: Deployments = Field(default_factory=dict)
    proxy_url: ProxyAddress | None = None
    ca_pem: Authorities | None = None
    teams: Teams | None = None
    catalogue: Annotated[OwnModels, AfterValidator(_each_once)] = Field(default_factory=list)
    fetches_files: bool = False

    def wanted(self, today: date) -> NewConnection:
        return NewConnection(
            name=self.name,
            provider=self.provider,
            base_url=self.base_url,
            credential=_opened(self.credential),
            credential_kind=self.credential_kind,
            api_version=self.api_version,
            deployments=self.deployments,
            proxy_url=self.proxy_url,
            ca_pem=self.ca_pem,
            teams=self.teams,
            catalogue=[one.own(today) for one in self.catalogue],
            entra=None if self.entra is None else self.entra.given(),
            management=None if self.management is None else self.management.given(),
            limits=self.limits(),
            fetches_files=self.fetches_files,
        )


class ConnectionPatch(_Described):
    """What is left out stays as it is. A limit of null: as usual. Null takes the proxy or the authorities away, and opens the
    connection to all teams.

    Another `base_url`, `proxy_url` or `ca_pem` needs the credential again, another `arm_url` needs `entra` again.
    """

    model_config = example({"credential": "sk-proj-4fGh…w3Rk"})
    name: Name | None = None
    credential: Credential | None = None
    deployments: Deployments | None = None
    proxy_url: ProxyAddress | None = None
    ca_pem: Authorities | None = None
    teams: Teams | None = None
    catalogue: Annotated[OwnModels, AfterValidator(_each_once)] | None = None
    fetches_files: bool | None = None

    def changes(self, today: date) -> ConnectionChanges:
        given = self.model_fields_set
        return ConnectionChanges(
            name=self.name,
            base_url=self.base_url,
            credential=_opened(self.credential),
            deployments=self.deployments,
            proxy_url=self.proxy_url if "proxy_url" in given else Kept.KEPT,
            ca_pem=self.ca_pem if "ca_pem" in given else Kept.KEPT,
            teams=self.teams if "teams" in given else Kept.KEPT,
            catalogue=None if self.catalogue is None else [one.own(today) for one in self.catalogue],
            entra=None if self.entra is None else self.entra.given(),
            management=None if self.management is None else self.management.given(),
            limits=self.limits(),
            fetches_files=self.fetches_files,
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


class PollLagSchema(Schema):
    """Seconds between when jobs were due to be looked at and when they were, over ten minutes: half were no later than `p50`."""

    model_config = example({"p50": 0.5, "p99": 5.0})
    p50: float
    p99: float


class ConnectionSchema(Schema):
    """What admins see. `training_open` null: the provider does not tell without an attempt. `models`: what it told of each.

    `max_…` null: as many as the provider has published for accounts of its kind.
    `poll_lag_seconds` is told where one connection is looked at; null: no job was looked at in the last ten minutes.
    """

    model_config = example(_SHOWN)
    id: ConnectionId
    name: str
    provider: ProviderKind
    base_url: str
    api_version: str | None
    credential_kind: CredentialKind
    credential_hint: str
    entra: EntraShown | None
    client_secret_hint: str | None
    management: ManagementSchema | None
    health: Health
    health_detail: str | None
    training_open: bool | None
    models: dict[str, Any]
    deployments: dict[str, str]
    proxy_url: str | None
    ca_pem: str | None
    teams: list[TeamId] | None
    catalogue: list[DescribedModel]
    fetches_files: bool
    outage_since: datetime | None
    max_running: int | None
    max_queued: int | None
    max_deployments: int | None
    max_requests_per_minute: int | None
    poll_lag_seconds: PollLagSchema | None = None
    checked_at: datetime | None
    created_at: datetime


def _opened(credential: SecretStr | None) -> str | None:
    return None if credential is None else credential.get_secret_value()
