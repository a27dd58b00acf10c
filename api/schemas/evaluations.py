"""Evaluations on the wire."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from api.schemas.base import ConnectionId, DatasetId, EvaluationId, ModelId, ModelName, Money, Schema, example
from shared.evaluations.statistics import Verdict
from shared.evaluations.weighing import Order, Wanted
from shared.lifecycles import EvaluationStatus

_EVALUATION = "eval_01h455vb4pex5vsknk084sn02q"
_MODEL = "model_01h455vb4pex5vsknk084sn02q"
_CONNECTION = "conn_01h455vb4pex5vsknk084sn02q"

Score = Annotated[float, Field(ge=-1, le=1)]
Interval = Annotated[list[Score], Field(min_length=2, max_length=2, description="The 95 % interval: low, high.")]

Grader = Literal["exact_match", "token_f1"]
MaxAnswers = Annotated[int, Field(ge=1, le=5000, description="At most so many examples are put to each candidate.")]


class CandidateIn(Schema):
    """`connection_id` chooses where a base model is asked; without it, a healthy connection that has it is taken."""

    model: ModelName
    connection_id: ConnectionId | None = None


class EvaluationSubmit(Schema):
    """The first candidate is the one that the others are compared with."""

    model_config = example(
        {
            "dataset_id": "ds_01h455vb4pex5vsknk084sn02q",
            "candidates": [{"model": "gpt-4.1-mini-2025-04-14"}, {"model": _MODEL}],
            "graders": ["exact_match", "token_f1"],
        }
    )
    dataset_id: DatasetId
    candidates: Annotated[list[CandidateIn], Field(min_length=1, max_length=8)]
    graders: Annotated[list[Grader], Field(min_length=1, max_length=8)]
    max_answers: MaxAnswers = 500

    def order(self) -> Order:
        candidates = [Wanted(one.model, one.connection_id) for one in self.candidates]
        return Order(self.dataset_id, candidates, self.graders, self.max_answers)


class CandidateSchema(Schema):
    """A candidate as it was found when the evaluation was ordered; its prices are those of that day too."""

    model_config = ConfigDict(extra="ignore")
    name: str
    connection_id: ConnectionId
    provider_model: str
    base_model: str
    model_id: ModelId | None


class EvaluationSchema(Schema):
    """`n_answers` of `n_expected` are there. `held_usd` is the most that it can cost; what it cost stands in its results."""

    model_config = example(
        {
            "id": _EVALUATION,
            "dataset_id": "ds_01h455vb4pex5vsknk084sn02q",
            "status": "running",
            "reason_code": None,
            "reason": None,
            "candidates": [
                {
                    "name": "gpt-4.1-mini-2025-04-14",
                    "connection_id": _CONNECTION,
                    "provider_model": "gpt-4.1-mini-2025-04-14",
                    "base_model": "gpt-4.1-mini-2025-04-14",
                    "model_id": None,
                }
            ],
            "graders": ["exact_match", "token_f1"],
            "n_answers": 12,
            "n_expected": 40,
            "held_usd": "0.0042",
            "created_at": "2026-11-20T09:00:00Z",
            "finished_at": None,
        }
    )
    id: EvaluationId
    dataset_id: DatasetId
    status: EvaluationStatus
    reason_code: str | None
    reason: str | None
    candidates: list[CandidateSchema]
    graders: list[str]
    n_answers: int
    n_expected: int
    held_usd: Money = Field(validation_alias="held")
    created_at: datetime
    finished_at: datetime | None


class ScoreSchema(Schema):
    n: int
    mean: Score
    interval: Interval | None


class CandidateResult(Schema):
    """`n_faults` prompts were refused by the provider for good; they count as wrong answers."""

    name: str
    model: str
    model_id: ModelId | None
    connection_id: ConnectionId
    n_faults: int
    scores: dict[str, ScoreSchema]
    latency_ms_p50: int | None
    input_tokens: int
    cached_input_tokens: int
    output_tokens: int
    cost_usd: Money


class GraderComparison(Schema):
    """`difference` = candidate − reference on the same examples. `verdict` is `cannot_tell` when its interval holds 0;
    `needed_n` examples would show a difference of this size in four tries of five. `mcnemar_p` only for pass or fail.
    """

    n: int
    difference: Score
    interval: Interval | None
    verdict: Verdict
    mcnemar_p: float | None
    needed_n: int | None
    detectable_difference: float | None


class Comparison(Schema):
    candidate: str
    reference: str
    graders: dict[str, GraderComparison]


class SampleAnswer(Schema):
    candidate: str
    answer: str | None
    fault: str | None
    scores: dict[str, float]


class Sample(Schema):
    """One example, and what everyone answered. Long texts are cut."""

    line: int
    prompt: str
    reference: str
    answers: list[SampleAnswer]


class ResultsSchema(Schema):
    """`n_skipped` lines of the dataset do not end with an answer in words. `samples` shows where candidates differ most."""

    model_config = example(
        {
            "n_examples": 40,
            "n_skipped": 0,
            "candidates": [
                {
                    "name": "support-bot",
                    "model": "ft:gpt-4.1-mini-2025-04-14:acme:triage:B1x9KdQe",
                    "model_id": _MODEL,
                    "connection_id": _CONNECTION,
                    "n_faults": 0,
                    "scores": {"exact_match": {"n": 40, "mean": 0.9, "interval": [0.77, 0.96]}},
                    "latency_ms_p50": 420,
                    "input_tokens": 4800,
                    "cached_input_tokens": 0,
                    "output_tokens": 160,
                    "cost_usd": "0.004352",
                }
            ],
            "comparisons": [
                {
                    "candidate": "support-bot",
                    "reference": "gpt-4.1-mini-2025-04-14",
                    "graders": {
                        "exact_match": {
                            "n": 40,
                            "difference": 0.4,
                            "interval": [0.2, 0.56],
                            "verdict": "better",
                            "mcnemar_p": 0.0003,
                            "needed_n": 17,
                            "detectable_difference": 0.26,
                        }
                    },
                }
            ],
            "samples": [],
        }
    )
    n_examples: int
    n_skipped: int
    candidates: list[CandidateResult]
    comparisons: list[Comparison]
    samples: list[Sample]

    @classmethod
    def of(cls, results: dict[str, Any]) -> "ResultsSchema":
        return cls.model_validate(results)
