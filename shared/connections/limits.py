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
    """Counts; None = no limit is known. `running`: jobs that the provider trains at once; `queued`: those that it lets wait
    until it does, and has not begun.
    """

    running: int | None = None
    queued: int | None = None
    deployments: int | None = None
    """Of tuned models."""
    requests_per_minute: int = REQUESTS_PER_MINUTE
    request_bytes: int | None = None
    """Of a file in one request; a larger file is sent in parts, where its provider takes them."""

    def has_place(self, there: int, not_begun: int) -> bool:
        """Whether one more job may be sent where so many are already: to be trained at once, or else to wait there.

        Where only `running` is known, nothing is sent to wait; where it is 0, nothing at all.
        """
        if self.running is None:
            return self.queued is None or not_begun < self.queued
        waiting = self.queued or 0
        may_wait = self.running > 0 and not_begun < waiting and there < self.running + waiting
        return there < self.running or may_wait


# A resource trains three jobs at once in its standard and global tiers. It would let twenty more wait, but begin them in the order
# in which they were sent: whoever waits here can still be overtaken by a team whose turn it is.
_PUBLISHED = {ProviderKind.AZURE: Limits(running=3, queued=0, deployments=10)}


def limits_of(connection: Connection) -> Limits:
    """What holds for one connection."""
    published = _PUBLISHED.get(connection.provider, Limits())
    return Limits(
        running=_first(connection.max_running, published.running),
        queued=_first(connection.max_queued, published.queued),
        deployments=_first(connection.max_deployments, published.deployments),
        request_bytes=_first(connection.max_request_bytes, connection.provider.traits.request_bytes),
        requests_per_minute=connection.max_requests_per_minute or published.requests_per_minute,
    )


def _first(chosen: int | None, published: int | None) -> int | None:
    return published if chosen is None else chosen
