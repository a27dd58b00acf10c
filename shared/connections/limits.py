"""What an account takes at once: places for jobs, and requests in a minute. Pure; the connection's own numbers come first."""

from dataclasses import dataclass

from shared.connections.tables import Connection, ProviderKind

REQUESTS_PER_MINUTE = 200
"""What the engine may ask about jobs and files where the connection does not say. Well below what accounts are refused at."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`running`: jobs at the provider that are not over. `queued`: those among them that it has not begun. None = no limit."""

    running: int | None
    queued: int | None
    requests_per_minute: int = REQUESTS_PER_MINUTE

    def has_place(self, there: int, not_begun: int) -> bool:
        """Whether one more job may be sent where so many are already."""
        return (self.running is None or there < self.running) and (self.queued is None or not_begun < self.queued)


_OF_PROVIDERS = {
    ProviderKind.OPENAI: Limits(running=None, queued=None),
    # A resource trains three jobs at once in its standard and global tiers, and lets twenty more wait.
    ProviderKind.AZURE: Limits(running=3, queued=20),
}


def limits_of(connection: Connection) -> Limits:
    """What holds for a connection: its own numbers, else its provider's."""
    usual = _OF_PROVIDERS[connection.provider]
    return Limits(
        running=usual.running if connection.max_running is None else connection.max_running,
        queued=usual.queued if connection.max_queued is None else connection.max_queued,
        requests_per_minute=connection.max_requests_per_minute or usual.requests_per_minute,
    )
