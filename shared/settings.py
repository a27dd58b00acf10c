"""Settings, read from the environment at the two entrances (`api.app`, `worker.app`) and passed down as values.

`.env.example` documents each.
"""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What a process must be told."""

    model_config = SettingsConfigDict(env_prefix="TUNEWRIGHT_", extra="ignore")

    database_url: SecretStr = Field(validation_alias="DATABASE_URL")
    """`postgresql://user:password@host:port/name`, with this process's own role (tw_app or tw_worker)."""

    redis_url: SecretStr = Field(validation_alias="REDIS_URL")
    """The broker. It may be emptied at any time; nothing but wake-up calls is in it."""

    secret_key: SecretStr
    """32 random bytes in base 64; seals provider credentials."""

    storage_dir: Path
    """Where dataset bytes are kept, shared by the API and the workers."""

    dataset_max_bytes: int = 1_000_000_000
    """A larger upload is refused with 413."""

    plain_http_hosts: str = ""
    """Hosts, separated by commas, to which credentials may be sent over plain http; this machine's own need no mention."""

    sweep_seconds: float = 2.0
    """How often due rows are searched for; the longest that a lost wake-up call delays anything."""

    poll_seconds: float = 5.0
    """How often a running job is looked at."""

    settle_seconds: float = 90.0
    """How long an order that was not answered is only looked for; longer than any request is answered late."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    log_json: bool = True
    """False prints lines for people."""

    @property
    def ring_seconds(self) -> float:
        """How long a wake-up call is worth hearing. An overloaded worker must not find that every one has expired."""
        return max(2 * self.sweep_seconds, 10.0)

    @property
    def hosts_in_the_clear(self) -> frozenset[str]:
        return frozenset(host.strip().lower() for host in self.plain_http_hosts.split(",") if host.strip())
