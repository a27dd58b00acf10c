"""What is stored of jobs: the row that tells one story, its events, its metrics by step, its checkpoints."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Claimable, Counted, Row, guard_status, now, status_column, text_enum
from shared.ids import ConnectionId, DatasetId, EvaluationId, GroupId, JobId, KeyId, TeamId
from shared.lifecycles import GROUP, JOB, GroupStatus, JobStatus
from shared.money import ZERO, Usd
from shared.providers.tiers import ServiceTier

_IN_LINE = ("connection_id", "team_id", text("priority DESC"), "id")
_LOOKED_AT = "('running', 'paused', 'cancelling')"


class Wish(StrEnum):
    """What the provider is asked for at the next look."""

    PAUSE = "pause"
    RESUME = "resume"


class AtMaxCost(StrEnum):
    """What becomes of a job whose work costs as much as it may."""

    PAUSE = "pause"
    """It stands still, or is cancelled where the provider does not pause it."""
    CANCEL = "cancel"


class Origin(StrEnum):
    """How a job came here."""

    ORDERED = "ordered"
    IMPORTED = "imported"
    """It was ordered past this service: its training is on nobody's budget here, and its files are its owner's."""
    RESTORED = "restored"
    """It was ordered here, and the record of it was lost; it was found again by its tag."""


class Job(Claimable, Row):
    """A fine-tuning job. `status` drives the machine; `reason` (code and sentence) tells people why."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index("ix_jobs_team", "team_id", "id"),
        Index("ix_jobs_connection", "connection_id", "status"),
        Index("ix_jobs_line", *_IN_LINE, postgresql_where=text("status = 'queued'")),
        Index("ix_jobs_looks", "connection_id", "due_at", postgresql_where=text(f"status IN {_LOOKED_AT}")),
        Index("ix_jobs_training_file_id", "training_file_id"),
        Index("ix_jobs_superseded_file_ids", "superseded_file_ids", postgresql_using="gin"),
    )
    id: Mapped[JobId] = mapped_column(primary_key=True)
    team_id: Mapped[TeamId] = mapped_column(ForeignKey("teams.id"))
    created_by: Mapped[KeyId]
    created_at: Mapped[datetime] = mapped_column(server_default=now())

    origin: Mapped[Origin] = mapped_column(text_enum(Origin), default=Origin.ORDERED, server_default=Origin.ORDERED)
    told: Mapped[dict[str, Any] | None]
    """Of one that was found: what its provider tells of how it was ordered, for the lineage. None = it was ordered here."""

    # What was ordered
    dataset_id: Mapped[DatasetId | None] = mapped_column(ForeignKey("datasets.id"))
    """None = not known: it was not ordered here, or the record of that is lost."""
    validation_dataset_id: Mapped[DatasetId | None] = mapped_column(ForeignKey("datasets.id"))
    connection_id: Mapped[ConnectionId] = mapped_column(ForeignKey("connections.id"))
    model: Mapped[str]
    """The base model, which decides price and encoding, also where a tuned one is trained further."""
    trained_from: Mapped[str | None]
    """The provider's name of the tuned model or checkpoint that is trained further."""
    continues: Mapped[dict[str, Any] | None]
    """Whose that is, for the lineage: registry model, job, step."""
    method: Mapped[str]
    tier: Mapped[ServiceTier | None] = mapped_column(text_enum(ServiceTier))
    """Where it is trained; None = its provider knows no tiers."""
    hyperparameters: Mapped[dict[str, Any]]
    grader: Mapped[dict[str, Any] | None]
    """What answers are rewarded by, as its provider writes it: of reinforcement only."""
    response_format: Mapped[dict[str, Any] | None]
    """The JSON Schema that answers have to fit while they are trained by reinforcement."""
    suffix: Mapped[str | None]
    seed: Mapped[int | None]
    labels: Mapped[dict[str, Any]]
    priority: Mapped[int] = mapped_column(default=0)
    """Among its team's own queued jobs: the highest goes first, and of equals the oldest."""
    group_id: Mapped[GroupId | None] = mapped_column(ForeignKey("job_groups.id"), index=True)
    """The group that it was ordered in."""
    retry_of: Mapped[JobId | None] = mapped_column(ForeignKey("jobs.id"))
    """The job that was ordered again as this one."""
    not_before: Mapped[datetime | None]
    """It waits here until then."""
    max_cost: Mapped[Usd | None]
    """It is stopped when the work that was seen costs so much. What is billed by time is stopped at what
    is held, also without it.
    """
    at_max_cost: Mapped[AtMaxCost] = mapped_column(text_enum(AtMaxCost), default=AtMaxCost.PAUSE)
    early_stop: Mapped[dict[str, Any] | None]
    """When it is stopped because it has stopped learning: `metric` and `evaluations`."""
    evaluation: Mapped[dict[str, Any] | None]
    """What is to be evaluated when it has succeeded (`after.EvaluationPlan`), with what that can cost at most."""
    automatic_retries: Mapped[int] = mapped_column(default=0)
    """How often it may still be ordered again by itself when the provider fails."""
    integrations: Mapped[list[Any]] = mapped_column(default=list)
    """Services that the provider tells of the training, in its own words: `{"type": "wandb", "wandb": {"project": …}}`."""
    estimate: Mapped[dict[str, Any]]
    """What it was expected to cost, and on what that rests."""
    held: Mapped[Usd]
    usd_per_million: Mapped[str]
    """The training price that the hold was made at, as a decimal string; the charge is made at it too. Of tokens, or of seconds
    for a method that is billed by time.
    """
    price_id: Mapped[str]

    # Where it stands
    status: Mapped[JobStatus] = status_column(JobStatus)
    reason_code: Mapped[str | None]
    reason: Mapped[str | None]
    wish: Mapped[Wish | None] = mapped_column(text_enum(Wish))
    """What somebody wants of the provider's job, until it is so."""
    progress: Mapped[dict[str, Any]] = mapped_column(default=dict)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    # What the provider has of it
    epoch: Mapped[int] = mapped_column(default=1)
    """Which attempt to buy this is. A new epoch begins only after the old one's file is deleted at the provider."""
    posted_at: Mapped[datetime | None]
    """When this epoch's order was about to be sent; from then on silence is ambiguous."""
    fenced_at: Mapped[datetime | None]
    """When this epoch's file was deleted because its order was never answered."""
    superseded_file_ids: Mapped[list[Any]] = mapped_column(default=list)
    """Training files of earlier epochs: a job that names one of them was bought late, and is not wanted."""
    sending: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Files of this epoch that go there in parts, by role: how far each is (`sending.Sent`)."""
    training_file_id: Mapped[str | None]
    validation_file_id: Mapped[str | None]
    provider_job_id: Mapped[str | None] = mapped_column(index=True)
    provider_status: Mapped[str | None]
    fine_tuned_model: Mapped[str | None]
    billed_tokens: Mapped[int | None] = mapped_column(BigInteger)
    billed_seconds: Mapped[int | None] = mapped_column(BigInteger)
    attempts: Mapped[int] = mapped_column(default=0)
    """Failures to reach the provider since the last success; stretches the wait."""
    missed: Mapped[int] = mapped_column(default=0)
    """How often in a row the provider has answered that it does not know it."""
    events_at: Mapped[datetime | None]
    """When the provider's log was last read."""
    watched_at: Mapped[datetime | None]
    """When somebody last looked at it: its steps and events are fetched before those of jobs that nobody looks at."""

    _moves = guard_status(JOB)


class JobGroup(Counted, Row):
    """Jobs that were ordered together under one cap, to be compared. How far they are is theirs to tell, not stored here."""

    __tablename__ = "job_groups"
    id: Mapped[GroupId] = mapped_column(primary_key=True)
    team_id: Mapped[TeamId] = mapped_column(ForeignKey("teams.id"), index=True)
    created_by: Mapped[KeyId]
    created_at: Mapped[datetime] = mapped_column(server_default=now())
    name: Mapped[str]
    dataset_id: Mapped[DatasetId] = mapped_column(ForeignKey("datasets.id"))
    asked: Mapped[list[Any]]
    """The jobs that it was asked for, in their order (`groups.asked`), each with the dataset that was `made` for it."""
    max_cost: Mapped[Usd]
    """The most that all its jobs, and the evaluations after them, may cost together."""
    for_evaluations: Mapped[Usd] = mapped_column(default=ZERO)
    """What of that is kept for the evaluations."""
    status: Mapped[GroupStatus] = status_column(GroupStatus)
    reason_code: Mapped[str | None]
    reason: Mapped[str | None]

    _moves = guard_status(GROUP)


class Turn(Row):
    """How far a team has come in taking turns at a connection: on a clock on which a turn of a team of weight 1 takes a second.

    A team that had nothing to send begins again where the others are. A trigger makes the row when a job is queued first.
    """

    __tablename__ = "turns"
    connection_id: Mapped[ConnectionId] = mapped_column(ForeignKey("connections.id"), primary_key=True)
    team_id: Mapped[TeamId] = mapped_column(ForeignKey("teams.id"), primary_key=True)
    begun: Mapped[int] = mapped_column(BigInteger, default=0)
    ended: Mapped[int] = mapped_column(BigInteger, default=0)
    """Of its last turn, in microseconds of that clock."""


class JobEvent(Row):
    """One line of a job's story: a transition of ours, or an event of the provider's."""

    __tablename__ = "job_events"
    __table_args__ = (
        Index("ix_job_events_job", "job_id", "id"),
        Index("uq_job_events_provider", "job_id", "provider_event_id", unique=True),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    job_id: Mapped[JobId] = mapped_column(ForeignKey("jobs.id"))
    team_id: Mapped[TeamId] = mapped_column(ForeignKey("teams.id"))
    at: Mapped[datetime] = mapped_column(server_default=now())
    kind: Mapped[str]
    """`status`, `progress` or `provider`."""
    level: Mapped[str]
    message: Mapped[str]
    data: Mapped[dict[str, Any]]
    provider_event_id: Mapped[str | None]


class JobMetric(Row):
    """What was measured at one training step."""

    __tablename__ = "job_metrics"
    job_id: Mapped[JobId] = mapped_column(ForeignKey("jobs.id"), primary_key=True)
    step: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[TeamId] = mapped_column(ForeignKey("teams.id"))
    total_steps: Mapped[int | None]
    train_loss: Mapped[float | None]
    train_accuracy: Mapped[float | None]
    valid_loss: Mapped[float | None]
    valid_accuracy: Mapped[float | None]
    train_reward: Mapped[float | None]
    valid_reward: Mapped[float | None]
    reasoning_tokens: Mapped[float | None]
    """Of an answer, on average."""
    seconds: Mapped[float | None]
    """How long the step took, as the provider measured it."""
    grader_tokens: Mapped[dict[str, Any] | None]
    """What the models that grade have used: `{"gpt-4.1-2025-04-14": {"input": 120, "cached": 0, "output": 4}}`."""
    at: Mapped[datetime]


class JobCheckpoint(Row):
    """A model as it was after some step, kept at the provider."""

    __tablename__ = "job_checkpoints"
    job_id: Mapped[JobId] = mapped_column(ForeignKey("jobs.id"), primary_key=True)
    provider_checkpoint_id: Mapped[str] = mapped_column(primary_key=True)
    team_id: Mapped[TeamId] = mapped_column(ForeignKey("teams.id"))
    step: Mapped[int]
    model: Mapped[str]
    metrics: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class FollowUpState(StrEnum):
    """What became of what was to follow a job."""

    WAITING = "waiting"
    ORDERED = "ordered"
    REFUSED = "refused"


class FollowUp(Counted, Row):
    """What is still to be done for a job that has succeeded: its evaluation is to be ordered. Born with the job's end."""

    __tablename__ = "follow_ups"
    id: Mapped[JobId] = mapped_column(ForeignKey("jobs.id"), primary_key=True)
    """The job's own."""
    team_id: Mapped[TeamId] = mapped_column(ForeignKey("teams.id"), index=True)
    reason_code: Mapped[str | None]
    reason: Mapped[str | None]
    evaluation_id: Mapped[EvaluationId | None]
    created_at: Mapped[datetime] = mapped_column(server_default=now())

    @property
    def state(self) -> FollowUpState:
        """Where it stands: what is due no more was ordered, or refused."""
        if self.due_at is not None:
            return FollowUpState.WAITING
        return FollowUpState.REFUSED if self.evaluation_id is None else FollowUpState.ORDERED
