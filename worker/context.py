"""What every task of a worker process works with. Built once per process by `worker.app`, or by a test."""

from dataclasses import dataclass

from shared.connections.credentials import Vault
from shared.db import Database
from shared.money import NANOS, Usd
from shared.storage import Storage

_DEAR = Usd(100 * NANOS)


@dataclass(frozen=True)
class Context:
    database: Database
    storage: Storage
    vault: Vault
    installation: str
    poll_seconds: float = 5.0
    settle_seconds: float = 90.0
    dear: Usd = _DEAR
    """A job for which more is held is not ordered again by itself after silence."""
