"""What the sandbox keeps: plain records. How they look on the wire is written in `shapes`."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.wire import Dialect, Json


@dataclass(slots=True)
class StoredFile:
    id: str
    account: str
    dialect: Dialect
    filename: str
    purpose: str
    size_bytes: int
    digest: str
    created_at: float
    ready_at: float
    expires_at: int | None = None
    fault: str | None = None


@dataclass(slots=True)
class StoredUpload:
    """A file on its way in parts: of each part, by id, its content's digest and its size."""

    id: str
    account: str
    filename: str
    purpose: str
    size_bytes: int
    created_at: float
    expires_at: float
    parts: dict[str, list[Any]] = field(default_factory=dict)
    status: str = "pending"
    file_id: str | None = None


@dataclass(slots=True)
class Plan:
    """What training will be: all that follows from the file, the model and the request, fixed at acceptance.

    `learnability` is the share of its own examples that the model would answer rightly from the others, 0 to 1.
    """

    examples: int
    n_epochs: int
    batch_size: int
    learning_rate_multiplier: float
    beta: float | None
    steps_per_epoch: int
    tokens_per_epoch: int
    longest_example_tokens: int
    learnability: float
    fault: Json | None = None

    @property
    def steps(self) -> int:
        return self.steps_per_epoch * self.n_epochs


@dataclass(slots=True)
class Pause:
    """A time in which a job stood still: at which of its own seconds, from when and until when on the clock (None: not resumed)."""

    elapsed: float
    since: float
    until: float | None = None


@dataclass(slots=True)
class Job:
    """`pace` is how much faster than the clock this job runs; `breaks` is the error it will fail with in training."""

    id: str
    account: str
    dialect: Dialect
    model: str
    base: str
    method: str
    hyperparameters: Json
    plan: Plan
    training_file: str
    validation_file: str | None
    training_digest: str
    filename: str
    suffix: str | None
    seed: int
    metadata: Json | None
    integrations: list[Json]
    training_type: str | None
    created_at: float
    pace: float
    tuned_model: str
    result_file: str
    cancelled_at: float | None = None
    breaks: Json | None = None
    is_deleted: bool = False
    has_result_file: bool = True
    tier: str | None = None
    pauses: list[Pause] = field(default_factory=list)
    is_told: bool = False
    grader: Json | None = None
    response_format: Json | None = None


@dataclass(slots=True)
class Deployment:
    name: str
    account: str
    model: Json
    sku: Json
    created_at: float
    ready_at: float
    last_asked_at: float
    tags: Json = field(default_factory=dict)
    fails: bool = False
    removed_at: float | None = None

    @property
    def key(self) -> str:
        """Its own for good: one of the same name may be made after it."""
        return f"{self.account}/{self.name}/{self.created_at}"


@dataclass(slots=True)
class ChatUse:
    """What one model of an account was asked so far."""

    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(slots=True)
class Switches:
    """What a test can change about an account. `as_published` leaves out what is really sent but not documented;
    `auto_epochs` is how many its jobs get
    that ask for none; `deployment_capacity` is how many thousand tokens a minute all deployments may have together;
    `location` is the region that Azure's resource manager says; what ends is pushed to `webhook_url`, signed with each of
    `webhook_secrets`.
    """

    training_closed: bool = False
    base64_results: bool = False
    require_bom: bool = False
    as_published: bool = False
    deployments_fail: bool = False
    auto_epochs: int | None = None
    deployment_capacity: int = 1_000
    location: str = "swedencentral"
    webhook_url: str | None = None
    webhook_secrets: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Account:
    name: str
    switches: Switches = field(default_factory=Switches)
    deleted_models: list[str] = field(default_factory=list)
    chat_use: dict[str, ChatUse] = field(default_factory=dict)
