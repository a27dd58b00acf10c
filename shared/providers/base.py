"""What we ask of any provider, and the only ways in which it can answer.

A provider is one file that turns these calls into a wire dialect. It decides nothing: no retries, no money, no database.
Outcomes are values to be matched; what prevented an outcome is one of three errors, named for what may be done next.
Adding a provider is one file and one line in `kinds`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Protocol

from shared.providers.accounts import Access as Access
from shared.providers.accounts import Account as Account
from shared.providers.filing import Filing as Filing
from shared.providers.filing import ProviderFile as ProviderFile
from shared.providers.filing import ProviderUpload as ProviderUpload
from shared.providers.found import NOTHING_TOLD, JobFacts, TunedModel
from shared.providers.measured import Graded as Graded
from shared.providers.measured import GraderTokens as GraderTokens
from shared.providers.measured import ProviderCheckpoint as ProviderCheckpoint
from shared.providers.measured import ProviderEvent as ProviderEvent
from shared.providers.measured import StepMetrics as StepMetrics
from shared.providers.prevented import ProviderError as ProviderError
from shared.providers.prevented import Rejected as Rejected
from shared.providers.prevented import Throttled as Throttled
from shared.providers.prevented import Unavailable as Unavailable
from shared.providers.tiers import ServiceTier


# --- training -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class TrainingOrder:
    """Everything that a fine-tuning job is ordered with. A hyperparameter that is absent is the provider's to choose."""

    model: str
    method: str
    training_file_id: str
    validation_file_id: str | None = None
    hyperparameters: Mapping[str, int | float | str] = field(default_factory=dict)
    grader: Mapping[str, Any] | None = None
    """What answers are rewarded by, in OpenAI's words: of reinforcement only."""
    response_format: Mapping[str, Any] | None = None
    suffix: str | None = None
    seed: int | None = None
    tag: str = ""
    """Ours; sent as metadata where the provider takes it."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Its owner's; sent as metadata where the provider takes it, as far as there is room."""
    tier: ServiceTier | None = None
    """Where it is trained, for providers that know tiers (`tiers.training_tiers`)."""
    integrations: Sequence[Mapping[str, Any]] = ()
    """Services that the provider tells of the training, as `{"type": "wandb", "wandb": {"project": …}}`."""


@dataclass(frozen=True, slots=True)
class StillRunning:
    """Not over, as far as we can tell. An unknown provider status is this, never an error."""


@dataclass(frozen=True, slots=True)
class Unnamed(StillRunning):
    """It ended well, but does not tell (yet) what its model is called. `billed_tokens` as in `Finished`."""

    billed_tokens: int | None


@dataclass(frozen=True, slots=True)
class Paused:
    """Stopped at a checkpoint; goes on when resumed."""


@dataclass(frozen=True, slots=True)
class Finished:
    """`billed_tokens` is what the provider says it charges for; None where only an estimate is possible."""

    model: str
    billed_tokens: int | None


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider ended the job without a model. `code` and `reason` are its own words."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Ended at somebody's request; work done so far is billed. `billed_tokens` None = unknown."""

    billed_tokens: int | None


PAUSING = "pausing"
"""What providers call a job that is about to stand still. It is `StillRunning`."""

Outcome = StillRunning | Paused | Finished | Refused | Cancelled


@dataclass(frozen=True, slots=True)
class ProviderJob:
    """One look at a provider's job. `status` is the provider's own word, shown as `provider_status`."""

    id: str
    status: str
    outcome: Outcome
    training_file_id: str
    created_at: datetime | None = None
    estimated_finish: datetime | None = None
    n_epochs: int | None = None
    hyperparameters: Mapping[str, Any] = field(default_factory=dict)
    result_file_ids: Sequence[str] = ()
    tag: str | None = None
    trained_tokens: int | None = None
    """As the job says; whether that is the bill is said by its outcome."""
    facts: JobFacts = NOTHING_TOLD
    """What it was ordered as, for those who did not order it."""


# --- models -------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class ProviderModel:
    """A base model as its provider describes it to this account. None = it does not say."""

    name: str
    trainable: bool | None
    shutdown_date: date | None


# --- answering ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Answer:
    """A chat completion: the provider's whole body (OpenAI's shape), and what it counted."""

    text: str
    body: Mapping[str, Any]
    input_tokens: int
    cached_input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Moderated:
    """What moderation says of one text. `categories` are those that it objects to, each with its score from 0 to 1 (None = not
    told); where a category begins to be objected to is the provider's secret.
    """

    flagged: bool
    categories: Mapping[str, float | None] = field(default_factory=dict)


class Provider(Filing, Protocol):
    """One account at one provider. Every method is one question over the network and raises only ProviderError.

    Nothing here is repeated by itself: a create that was answered by silence is the caller's to reconcile.
    """

    moderates: ClassVar[bool]
    """Whether this kind of provider has moderation to ask."""
    grades: ClassVar[bool]
    """Whether it can be asked about graders."""

    def __init__(self, access: Access) -> None:
        """Asks nothing yet."""
        ...

    def close(self) -> None:
        """Let go of the connections; no question can be asked afterwards."""
        ...

    def check(self) -> Account:
        """Whether the credential works, at no cost. A refused one is raised as Rejected; silence is `reachable=False`."""
        ...

    def create_job(self, order: TrainingOrder) -> ProviderJob:
        """Buy. Sent once, never repeated."""
        ...

    def jobs_of_file(self, training_file_id: str | None, tag: str) -> Sequence[ProviderJob]:
        """The jobs that were ordered with this training file (by tag where possible, else among the newest 2,000). None: with
        whichever file; then none are found where orders cannot carry a tag.
        """
        ...

    def newest_jobs(self) -> Iterator[Sequence[ProviderJob]]:
        """The account's jobs, a page of up to 100 at a time, the newest first; whoever else's too. Each page is fetched when
        it is needed. Entries that cannot be read are left out.
        """
        ...

    def job(self, provider_job_id: str) -> ProviderJob | None:
        """One look; None when the provider knows no such job."""
        ...

    def events(self, provider_job_id: str, known: Iterable[str]) -> Sequence[ProviderEvent]:
        """The events that are newer than the newest known one, oldest first, to the last page."""
        ...

    def checkpoints(self, provider_job_id: str) -> Sequence[ProviderCheckpoint]:
        """All checkpoints that the provider keeps, earliest step first."""
        ...

    def cancel(self, provider_job_id: str) -> ProviderJob:
        """Ask to stop. A job that is over already is returned as it ended."""
        ...

    def pause(self, provider_job_id: str) -> ProviderJob:
        """Ask to stop training for a while. Rejected when the job is not (yet) one that can be paused."""
        ...

    def resume(self, provider_job_id: str) -> ProviderJob:
        """Ask a paused job to go on. Rejected when it is not paused."""
        ...

    def models(self) -> Sequence[ProviderModel]:
        """The base models that this account may name; tuned ones are left out."""
        ...

    def tuned_models(self) -> Sequence[TunedModel]:
        """The account's tuned models, without checkpoints; none where a list does not tell them from others."""
        ...

    def delete_model(self, model: str) -> None:
        """Remove a tuned model; one that is gone already is no error."""
        ...

    def chat(self, model: str, body: Mapping[str, Any]) -> Answer:
        """One chat completion, not streamed. `body` is OpenAI's request without `model`; `model` is what the provider calls by."""
        ...

    def check_grader(self, grader: Mapping[str, Any]) -> None:
        """Let the provider judge a grader. Rejected, with its words, if it would not take it, or where `grades` is false."""
        ...

    def grade(self, grader: Mapping[str, Any], answer: str, item: Mapping[str, Any]) -> Graded:
        """Let the provider grade one answer, which costs tokens where the grader asks a model. Rejected where `grades` is false."""
        ...

    def moderate(self, texts: Sequence[str]) -> Sequence[Moderated]:
        """What moderation says of each text, in their order. It costs nothing. Rejected where `moderates` is false."""
        ...
