"""The comparison of a group's jobs on the wire, as JSON and as a table."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from api.schemas.base import EvaluationId, JobId, Money, Schema, WholeList, example
from shared.groups.comparing import Compared, Comparison, Help
from shared.lifecycles import JobStatus
from shared.money import Usd

_LINE: dict[str, Any] = {
    "rank": 1,
    "job_id": "job_01h455vb4pex5vsknk084sn02q",
    "status": "succeeded",
    "differs": {"n_epochs": 3, "share": 1.0},
    "train_loss": 0.31,
    "valid_loss": 0.42,
    "steps": 300,
    "billed_tokens": 24759,
    "expected_usd": "0.123795",
    "charged_usd": "0.123795",
    "seconds": 2410.0,
    "evaluation_id": "eval_01h455vb4pex5vsknk084sn02q",
    "score": 0.9,
    "score_interval": [0.77, 0.96],
}


class ComparedJob(Schema):
    """`differs`: what not all jobs have in common. Losses are the last that were measured; `seconds` from the provider's taking
    it to its end. `rank` null: there is nothing to rank it by.
    """

    model_config = example(_LINE)
    rank: int | None
    job_id: JobId
    status: JobStatus
    differs: dict[str, Any]
    train_loss: float | None
    valid_loss: float | None
    steps: int | None
    billed_tokens: int | None
    expected_usd: Money
    charged_usd: Money | None
    seconds: float | None
    evaluation_id: EvaluationId | None
    score: float | None
    score_interval: list[float] | None

    @classmethod
    def of(cls, line: Compared) -> "ComparedJob":
        seen, job = line.seen, line.seen.job
        took = job.finished_at - job.started_at if job.finished_at and job.started_at else None
        return cls(
            rank=line.rank,
            job_id=job.id,
            status=job.status,
            differs=dict(line.differs),
            train_loss=seen.train_loss,
            valid_loss=seen.valid_loss,
            steps=job.progress.get("step"),
            billed_tokens=job.billed_tokens,
            expected_usd=Usd.parse(job.estimate["expected_usd"]),
            charged_usd=seen.charged,
            seconds=took.total_seconds() if took else None,
            evaluation_id=seen.evaluation_id,
            score=line.score.mean if line.score else None,
            score_interval=list(line.score.interval) if line.score and line.score.interval else None,
        )


class MoreDataSchema(Schema):
    """Whether the largest share made a better model than the smallest, where all else (`of`) was alike.

    `helped` or `harmed` only where the intervals of the scores do not meet.
    """

    of: dict[str, Any]
    verdict: Help
    says: str


class GroupComparison(WholeList):
    """The best first, by `ranked_by`: the first grader of the evaluations, else `valid_loss`; null = nothing is measured yet."""

    model_config = example(
        {
            "data": [_LINE],
            "next_cursor": None,
            "ranked_by": "exact_match",
            "more_data": [
                {
                    "of": {"n_epochs": 3},
                    "verdict": "helped",
                    "says": "0.550 [0.398, 0.693] with 0.25 of the data, 0.900 [0.769, 0.960] with 1 of it.",
                }
            ],
        }
    )
    data: list[ComparedJob]
    ranked_by: str | None
    more_data: list[MoreDataSchema]

    @classmethod
    def of(cls, comparison: Comparison) -> "GroupComparison":
        return cls(
            data=[ComparedJob.of(line) for line in comparison.lines],
            ranked_by=comparison.ranked_by,
            more_data=[MoreDataSchema.model_validate(one) for one in comparison.more_data],
        )

    def columns(self) -> Sequence[str]:
        """Of a table: what differs has a column each, and so have the ends of the interval."""
        differing = dict.fromkeys(name for line in self.data for name in line.differs)
        plain = [name for name in ComparedJob.model_fields if name not in ("differs", "score_interval")]
        return [*plain[:3], *differing, *plain[3:], "score_low", "score_high"]

    def rows(self) -> Iterator[Mapping[str, Any]]:
        for line in self.data:
            told = {name: getattr(line, name) for name in ComparedJob.model_fields}
            differs, interval = told.pop("differs"), told.pop("score_interval") or (None, None)
            yield differs | told | {"score_low": interval[0], "score_high": interval[1]}
