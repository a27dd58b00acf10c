"""What is stored of evaluations: the comparison, and every answer that was bought for it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Claimable, Row, guard_status, now, status_column
from shared.ids import DatasetId, EvaluationId, KeyId, TeamId
from shared.lifecycles import EVALUATION, EvaluationStatus
from shared.money import Usd


class Evaluation(Claimable, Row):
    """Candidates × one dataset × graders. The first candidate is what the others are compared with."""

    __tablename__ = "evaluations"
    id: Mapped[EvaluationId] = mapped_column(primary_key=True)
    team_id: Mapped[TeamId] = mapped_column(ForeignKey("teams.id"), index=True)
    dataset_id: Mapped[DatasetId] = mapped_column(ForeignKey("datasets.id"))
    candidates: Mapped[list[Any]]
    """Each `{"name", "connection_id", "provider_model", "base_model", "model_id" | null, "prices"}` as resolved at the start."""
    graders: Mapped[list[Any]]
    parameters: Mapped[dict[str, Any]]
    status: Mapped[EvaluationStatus] = status_column(EvaluationStatus)
    reason_code: Mapped[str | None]
    reason: Mapped[str | None]
    n_answers: Mapped[int] = mapped_column(default=0)
    n_expected: Mapped[int]
    held: Mapped[Usd]
    unheard: Mapped[list[Any]] = mapped_column(default=list)
    """Questions that may have been answered unheard, each `[candidate, input, cached input, output]`: the most it can have used."""
    results: Mapped[dict[str, Any] | None]
    attempts: Mapped[int] = mapped_column(default=0)
    created_by: Mapped[KeyId]
    created_at: Mapped[datetime] = mapped_column(server_default=now())
    finished_at: Mapped[datetime | None]

    _moves = guard_status(EVALUATION)


class EvaluationAnswer(Row):
    """One candidate's answer to one example, with its scores by grader."""

    __tablename__ = "evaluation_answers"
    evaluation_id: Mapped[EvaluationId] = mapped_column(ForeignKey("evaluations.id"), primary_key=True)
    candidate: Mapped[int] = mapped_column(primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    """1-based line of the example in its dataset."""
    team_id: Mapped[TeamId] = mapped_column(ForeignKey("teams.id"))
    answer: Mapped[str | None]
    """None = the provider refused this prompt; see `fault`."""
    fault: Mapped[str | None]
    scores: Mapped[dict[str, Any]]
    input_tokens: Mapped[int]
    cached_input_tokens: Mapped[int]
    output_tokens: Mapped[int]
    latency_ms: Mapped[int]
