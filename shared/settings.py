"""Settings, read from the environment at the two entrances (`api.app`, `worker.app`) and passed down as values.

`.env.example` documents each.
"""

from decimal import Decimal
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.money import Usd


class Settings(BaseSettings):
    """What a process must be told."""

    model_config = SettingsConfigDict(env_prefix="TUNEWRIGHT_", extra="ignore")

    database_url: SecretStr = Field(validation_alias="DATABASE_URL")
    """`postgresql://user:password@host:port/name`, with this process's own role (tw_app or tw_worker)."""

    redis_url: SecretStr = Field(validation_alias="REDIS_URL")
    """The broker. It may be emptied at any time; nothing but wake-up calls is in it."""

    secret_key: SecretStr = SecretStr("")
    """32 random bytes in base 64; seals provider credentials. Several, the newest first: all of them open, the first seals."""

    secret_key_file: str = ""
    """The path of a file that holds the same, for those who keep secrets in files."""

    storage_url: str = ""
    """Where the bytes of datasets are kept: `file:///folder`, `s3://bucket/prefix?…` or `az://container/prefix?…`."""

    storage_dir: Path | None = None
    """The same as a folder, for those who gave no address."""

    storage_key_id: str = ""
    """Who we are at an S3-compatible store."""

    storage_secret: SecretStr = SecretStr("")
    """S3: the secret that belongs to the key id. Azure: an account key or a shared access signature."""

    dataset_max_bytes: int = 1_000_000_000
    """A larger upload is refused with 413."""

    upload_hours: float = 24.0
    """How long an upload in parts may take before it is forgotten."""

    plain_http_hosts: str = ""
    """Hosts, separated by commas, to which credentials may be sent over plain http; this machine's own need no mention."""

    identity_endpoint: str = Field(
        default="http://169.254.169.254/metadata/identity/oauth2/token", validation_alias="IDENTITY_ENDPOINT"
    )
    """Where the machine gives out tokens for identities of its own. Azure's App Service and its like set it; empty = nowhere."""

    identity_header: SecretStr = Field(default=SecretStr(""), validation_alias="IDENTITY_HEADER")
    """What App Service and its like want to see there; they set it too."""

    federated_token_file: str = Field(default="", validation_alias="AZURE_FEDERATED_TOKEN_FILE")
    """What a Kubernetes cluster vouches with for this workload; its admission webhook sets it. Empty = nothing does."""

    federated_authority: str = Field(
        default="https://login.microsoftonline.com/", validation_alias="AZURE_AUTHORITY_HOST"
    )
    """Where that is shown; set by the same."""

    identity_hosts: str = ".openai.azure.com,.cognitiveservices.azure.com,.services.ai.azure.com,management.azure.com"
    """Hosts, or endings of hosts, that such tokens may be shown to."""

    sweep_seconds: float = 2.0
    """How often due rows are searched for; the longest that a lost wake-up call delays anything."""

    poll_seconds: float = 5.0
    """The shortest time between two looks at a running job; it is up to six times as long when nothing is likely to happen."""

    settle_seconds: float = 90.0
    """How long an order that was not answered is only looked for; longer than any request is answered late."""

    dear_usd: Decimal = Field(default=Decimal(100), ge=0, max_digits=18, decimal_places=9)
    """A job for which more is held is not ordered again by itself after silence: a person resolves it."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    log_json: bool = True
    """False prints lines for people."""

    @model_validator(mode="after")
    def _some_place(self) -> Self:
        if not self.storage_url and self.storage_dir is None:
            raise ValueError("set TUNEWRIGHT_STORAGE_URL or TUNEWRIGHT_STORAGE_DIR")
        return self

    @model_validator(mode="after")
    def _one_source_of_keys(self) -> Self:
        if bool(self.secret_key.get_secret_value()) == bool(self.secret_key_file):
            raise ValueError("set either TUNEWRIGHT_SECRET_KEY or TUNEWRIGHT_SECRET_KEY_FILE")
        return self

    @property
    def sealing_keys(self) -> str:
        """The keys that seal and open, however they were given. A file is read each time."""
        given = self.secret_key.get_secret_value()
        return given or Path(self.secret_key_file).read_text("utf-8")

    @property
    def storage_place(self) -> str:
        """The storage's address, however it was given."""
        return self.storage_url or (self.storage_dir or Path()).resolve().as_uri()

    @property
    def dear(self) -> Usd:
        """`dear_usd`, as money."""
        return Usd.parse(self.dear_usd)

    @property
    def ring_seconds(self) -> float:
        """How long a wake-up call is worth hearing. An overloaded worker must not find that every one has expired."""
        return max(2 * self.sweep_seconds, 10.0)

    @property
    def hosts_for_identities(self) -> tuple[str, ...]:
        return tuple(host.strip().lower() for host in self.identity_hosts.split(",") if host.strip())

    @property
    def hosts_in_the_clear(self) -> frozenset[str]:
        return frozenset(host.strip().lower() for host in self.plain_http_hosts.split(",") if host.strip())
