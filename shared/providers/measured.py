"""What a provider measures: the steps of a job, the models kept on the way, and what graders make of answers. Values only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class GraderTokens:
    """What one model has used to grade; `cached` are among the `input` ones."""

    input: int
    cached: int
    output: int


@dataclass(frozen=True, slots=True)
class StepMetrics:
    """What a metrics event tells of one training step. Losses are the provider's floats; None = not measured there.

    Rewards, and what follows them, are of reinforcement: tokens of thought in an answer on average, the seconds that the whole step
    took, and the tokens that models have used to grade.
    """

    step: int
    total_steps: int | None = None
    train_loss: float | None = None
    train_accuracy: float | None = None
    valid_loss: float | None = None
    valid_accuracy: float | None = None
    train_reward: float | None = None
    valid_reward: float | None = None
    reasoning_tokens: float | None = None
    seconds: float | None = None
    grader_tokens: Mapping[str, GraderTokens] | None = None


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """One line of a provider's job log. `level` is info, warning or error on every provider."""

    id: str
    at: datetime
    level: str
    message: str
    metrics: StepMetrics | None = None
    billed_tokens: int | None = None
    """Set on the event by which the provider states its bill (Azure)."""


@dataclass(frozen=True, slots=True)
class ProviderCheckpoint:
    """A model as it was after some step."""

    id: str
    step: int
    model: str
    at: datetime
    metrics: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Graded:
    """What a grader made of one answer. `parts`: the scores that a grader of several was made from. `faults`: what went wrong, in
    the provider's names for it; then the reward means nothing.
    """

    reward: float
    parts: Mapping[str, float] = field(default_factory=dict)
    faults: Sequence[str] = ()
