"""Connections on the wire. Credentials go in and never come out."""

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, StringConstraints

from api.schemas.base import ConnectionId, Name, Schema, example
from shared.connections.actions import ConnectionChanges, NewConnection
from shared.connections.addresses import host_of
from shared.connections.tables import Health, ProviderKind

_ADDRESS = "https://api.openai.com/v1"


def _check_address(text: str) -> str:
    """An address that a credential may be sent to says everything in plain sight: scheme, host, port, path."""
    try:
        parts = urlsplit(text)
        port_is_valid = parts.port is None or parts.port > 0
    except ValueError as error:
        raise ValueError("is not a URL") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_valid:
        raise ValueError(f"must be an http or https URL with a host, such as {_ADDRESS}")
    if "@" in parts.netloc or "?" in text or "#" in text:
        raise ValueError("must hold no user, password, query or fragment")
    host_of(text)
    return text


def _check_credential(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value()
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("holds characters that no key has")
    return secret


Address = Annotated[
    str,
    StringConstraints(min_length=8, max_length=500, pattern=r"^[!-~]+$"),
    AfterValidator(_check_address),
    Field(description="Where the provider answers.", examples=[_ADDRESS]),
]
Credential = Annotated[
    SecretStr,
    Field(min_length=16, max_length=1000, description="The provider's key. Sealed at once, and never shown again."),
    AfterValidator(_check_credential),
]
Deployments = Annotated[
    dict[Name, Name], Field(max_length=200, description="Azure: model → name of the deployment that answers for it.")
]
Places = Annotated[int, Field(ge=0, le=100_000, strict=True)]
Requests = Annotated[int, Field(ge=10, le=100_000, strict=True)]
_LIMITS = ("max_running", "max_queued", "max_requests_per_minute")
ApiVersion = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]{1,40}$")]

_DESCRIBED: dict[str, Any] = {
    "name": "openai-main",
    "provider": "openai",
    "base_url": _ADDRESS,
    "api_version": None,
    "deployments": {},
    "max_running": None,
    "max_queued": None,
    "max_requests_per_minute": None,
}


_SHOWN: dict[str, Any] = _DESCRIBED | {
    "id": "conn_01h455vb4pex5vsknk084sn02q",
    "credential_hint": "…w3Rk",
    "health": "healthy",
    "health_detail": "The credential works",
    "training_open": True,
    "models": {},
    "poll_lag_seconds": {"p50": 0.5, "p99": 5.0},
    "checked_at": "2026-11-20T09:00:05Z",
    "created_at": "2026-11-20T09:00:00Z",
}


class Limited(Schema):
    """`max_running`: jobs there that are not over; `max_queued`: those of them that it has not begun; further ones wait here, and
    teams take turns. `max_requests_per_minute`: what may be asked about jobs and files. Null: as is usual for the provider.
    """

    max_running: Places | None = None
    max_queued: Places | None = None
    max_requests_per_minute: Requests | None = None

    def limits(self) -> dict[str, int | None]:
        """Those that were named."""
        return {name: getattr(self, name) for name in _LIMITS if name in self.model_fields_set}


class ConnectionCreate(Limited):
    """`api_version` is for Azure's dated interface; without it the undated one (`/openai/v1`) is spoken."""

    model_config = example(_DESCRIBED | {"credential": "sk-proj-4fGh…w3Rk"})
    name: Name
    provider: ProviderKind
    base_url: Address
    credential: Credential
    api_version: ApiVersion | None = None
    deployments: Deployments = Field(default_factory=dict)

    def wanted(self) -> NewConnection:
        return NewConnection(
            name=self.name,
            provider=self.provider,
            base_url=self.base_url,
            credential=self.credential.get_secret_value(),
            api_version=self.api_version,
            deployments=self.deployments,
            limits=self.limits(),
        )


class ConnectionPatch(Limited):
    """What is left out stays as it is. A limit of null: as usual. Another `base_url` needs the credential again."""

    model_config = example({"credential": "sk-proj-4fGh…w3Rk"})
    name: Name | None = None
    base_url: Address | None = None
    credential: Credential | None = None
    deployments: Deployments | None = None

    def changes(self) -> ConnectionChanges:
        return ConnectionChanges(
            name=self.name,
            base_url=self.base_url,
            credential=None if self.credential is None else self.credential.get_secret_value(),
            deployments=self.deployments,
            limits=self.limits(),
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

    `poll_lag_seconds` is told where one connection is looked at; null: no job was looked at in the last ten minutes.
    """

    model_config = example(_SHOWN)
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
    max_running: int | None
    max_queued: int | None
    max_requests_per_minute: int | None
    poll_lag_seconds: PollLagSchema | None = None
    checked_at: datetime | None
    created_at: datetime
