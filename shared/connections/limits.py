"""How much an account takes at once: places for jobs, deployments, requests in a minute. Pure; the connection's own numbers come
first, then those that its provider has published.

It refuses nothing: who waits in front of these numbers, and who is turned away, is decided where they are asked for.
"""

from dataclasses import dataclass

from shared.connections.tables import Connection, ProviderKind

REQUESTS_PER_MINUTE = 200
"""What the engine may ask about jobs and files where the connection does not say. Well below what accounts are refused at."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Counts; None = no limit is known. `running`: jobs at the provider that are not over; `queued`: those among them that it has
    not begun.
    """

    running: int | None = None
    queued: int | None = None
    deployments: int | None = None
    """Of tuned models."""
    requests_per_minute: int = REQUESTS_PER_MINUTE

    def has_place(self, there: int, not_begun: int) -> bool:
        """Whether one more job may be sent where so many are already."""
        return (self.running is None or there < self.running) and (self.queued is None or not_begun < self.queued)


# A resource trains three jobs at once in its standard and global tiers, and lets twenty more wait.
_PUBLISHED = {ProviderKind.AZURE: Limits(running=3, queued=20, deployments=10)}


def limits_of(connection: Connection) -> Limits:
    """What holds for one connection."""
    published = _PUBLISHED.get(connection.provider, Limits())
    return Limits(
        running=_first(connection.max_running, published.running),
        queued=_first(connection.max_queued, published.queued),
        deployments=_first(connection.max_deployments, published.deployments),
        requests_per_minute=connection.max_requests_per_minute or published.requests_per_minute,
    )


def _first(chosen: int | None, published: int | None) -> int | None:
    return published if chosen is None else chosen
