"""What every task of a worker process works with. Built once per process by `worker.app`, or by a test."""

from dataclasses import dataclass

from shared.connections.credentials import Vault
from shared.db import Database
from shared.storage import Storage


@dataclass(frozen=True)
class Context:
    database: Database
    storage: Storage
    vault: Vault
    installation: str
    poll_seconds: float = 5.0
    settle_seconds: float = 90.0
