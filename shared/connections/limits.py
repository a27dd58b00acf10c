"""How much a provider takes of one account at once. Pure: what the connection says, else what its provider has published.

It refuses nothing: who waits in front of these numbers, and who is turned away, is decided where they are asked for.
"""

from dataclasses import dataclass

from shared.connections.tables import Connection, ProviderKind


@dataclass(frozen=True, slots=True)
class Limits:
    """Counts; None = no number is known. `running` is for all tiers but the developer one, which has its own."""

    running: int | None = None
    queued: int | None = None
    running_developer: int | None = None
    jobs: int | None = None
    """Jobs that the account keeps at all, ended ones too."""
    deployments: int | None = None
    """Of tuned models."""


_PUBLISHED = {
    ProviderKind.AZURE: Limits(running=3, queued=20, running_developer=5, jobs=100, deployments=10),
}


def limits_of(connection: Connection) -> Limits:
    """The limits that hold for one connection."""
    published = _PUBLISHED.get(connection.provider, Limits())
    return Limits(
        running=_first(connection.max_running, published.running),
        queued=_first(connection.max_queued, published.queued),
        running_developer=published.running_developer,
        jobs=published.jobs,
        deployments=_first(connection.max_deployments, published.deployments),
    )


def _first(chosen: int | None, published: int | None) -> int | None:
    return published if chosen is None else chosen
