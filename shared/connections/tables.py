"""What is stored of connections: accounts at providers. They belong to the organisation, which opens each to all its teams or
to some; their credentials are sealed.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, false
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Claimable, Row, now, open_enum, text_enum
from shared.ids import ConnectionId
from shared.providers.kinds import ProviderKind as ProviderKind


class CredentialKind(StrEnum):
    """What is shown to the provider's data plane."""

    KEY = "key"
    ENTRA = "entra"
    """A token that the connection's Entra application is given."""


class Health(StrEnum):
    """What the last check said."""

    UNCHECKED = "unchecked"
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"


class Connection(Claimable, Row):
    """One account at a provider. `due_at` is the next check."""

    __tablename__ = "connections"
    id: Mapped[ConnectionId] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    provider: Mapped[ProviderKind] = mapped_column(open_enum(ProviderKind))
    base_url: Mapped[str]
    api_version: Mapped[str | None]
    credential_kind: Mapped[CredentialKind] = mapped_column(text_enum(CredentialKind), default=CredentialKind.KEY)
    proxy_url: Mapped[str | None]
    """By which proxy it is reached. None = straight."""
    ca_pem: Mapped[str | None]
    """The only authorities that it is believed by, as PEM. None = those that the machine trusts."""
    teams: Mapped[list[Any] | None]
    """The ids of the teams that may use it; Postgres shows it to no other. None = all of them."""
    catalogue: Mapped[list[Any]] = mapped_column(default=list)
    """Of a self-described provider: what it trains, and what that costs (`described.OwnModel`)."""
    sealed_credential: Mapped[bytes]
    """Empty where tokens are shown."""
    credential_hint: Mapped[str]
    entra: Mapped[dict[str, Any] | None]
    """Azure: `{"tenant_id", "client_id", "authority_url"}` of the application that asks for tokens."""
    sealed_client_secret: Mapped[bytes | None]
    client_secret_hint: Mapped[str | None]
    management: Mapped[dict[str, Any] | None]
    """Azure: `{"subscription_id", "resource_group", "account", "arm_url"}`: where deployments are made, as that application."""
    managed_again_at: Mapped[datetime | None]
    """The resource manager is not asked before: it, or the authority, refused the application. None = it may be asked."""
    health: Mapped[Health] = mapped_column(text_enum(Health), default=Health.UNCHECKED)
    health_detail: Mapped[str | None]
    training_open: Mapped[bool | None]
    """None = the provider does not tell without an attempt."""
    fetches_files: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Azure: training files are fetched from our storage by a signed address, and not sent."""
    models: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Model → `{"trainable": bool | null, "shutdown_date": "YYYY-MM-DD" | null}` as the provider told at the last check."""
    deployments: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Azure: model → name of the deployment that answers for it."""
    resume_at: Mapped[datetime | None]
    """Its jobs are left alone until then: it did not answer, asked us to wait, or refused its credential."""
    failures: Mapped[int] = mapped_column(default=0)
    """Failures since it last answered; while there are any, one worker at a time asks it."""
    outage_since: Mapped[datetime | None]
    """When it was found unhealthy first, since it was last found healthy. Told once."""
    max_running: Mapped[int | None]
    max_queued: Mapped[int | None]
    max_deployments: Mapped[int | None]
    max_requests_per_minute: Mapped[int | None]
    """None = as is usual for its provider (see `limits`)."""
    checked_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=now())
    archived_at: Mapped[datetime | None]

    @property
    def sealed(self) -> tuple[bytes, bytes | None]:
        """All its secrets. Sealing the same one twice gives other bytes, so equal bytes mean that nobody has touched them."""
        return self.sealed_credential, self.sealed_client_secret


class Pace(Row):
    """How a connection is being asked: what may be sent now, and how late its jobs were looked at. Written in every round,
    which is why it is not part of the connection's own row. A trigger makes it with the connection.
    """

    __tablename__ = "paces"
    connection_id: Mapped[ConnectionId] = mapped_column(ForeignKey("connections.id"), primary_key=True)
    allowance: Mapped[float]
    """Requests that could be sent at `drawn_at`; less than none when more were sent than were there."""
    drawn_at: Mapped[datetime] = mapped_column(server_default=now())
    rounds_from: Mapped[datetime | None]
    """No round of looks begins before."""
    admitted_at: Mapped[datetime | None]
    """When a job was last sent from its queue."""
    lags: Mapped[dict[str, Any]] = mapped_column(default=dict)
