"""What follows a job, on the wire: the evaluation that is ordered with it."""

from typing import Annotated, Any, Literal

from pydantic import Field

from api.schemas.base import DatasetId, EvaluationId, Money, Schema, example
from api.schemas.evaluations import CandidateIn, Grader, MaxAnswers
from shared.jobs.after import Compared, EvaluationPlan
from shared.jobs.tables import FollowUp, Job
from shared.lifecycles import JOB

_PLAN: dict[str, Any] = {"graders": ["exact_match", "token_f1"], "max_answers": 200}


class EvaluationPlanIn(Schema):
    """What is evaluated by itself when the job has succeeded, as `POST /v1/evaluations` would, with a hold of its own.

    `dataset_id` left out: the job's validation dataset. `compare_with` left out: the base model, on the connection that trains.
    The first is the reference; an empty list lets the tuned model be graded alone. The job's `max_cost_usd` is for training only.
    """

    model_config = example(_PLAN)
    dataset_id: DatasetId | None = None
    graders: Annotated[list[Grader], Field(min_length=1, max_length=8)]
    max_answers: MaxAnswers = 500
    compare_with: Annotated[list[CandidateIn], Field(max_length=7)] | None = None

    def plan(self) -> EvaluationPlan:
        others = self.compare_with
        compared = None if others is None else [Compared(one.model, one.connection_id) for one in others]
        return EvaluationPlan(self.graders, self.dataset_id, self.max_answers, compared)


class JobEvaluationSchema(EvaluationPlanIn):
    """The evaluation that follows a job. `at_most_usd`: the most by the prices of the order's day; nothing is held for it yet.

    `planned` until the job has ended, and `dropped` if it made no model or was being cancelled; then `waiting` (see `reason`: the
    model may have to be deployed first; that is waited for, for seven days), and `ordered` as `evaluation_id`, or `refused` with
    the refusal's code.
    """

    model_config = example(
        _PLAN
        | {
            "dataset_id": "ds_01h455vb4pex5vsknk084sn02q",
            "compare_with": None,
            "n_examples": 200,
            "at_most_usd": "0.31",
            "status": "ordered",
            "evaluation_id": "eval_01h455vb4pex5vsknk084sn02q",
            "reason_code": None,
            "reason": "Ordered as eval_01h455vb4pex5vsknk084sn02q; $0.31 are held for it.",
        }
    )
    n_examples: int
    at_most_usd: Money
    status: Literal["planned", "waiting", "ordered", "refused", "dropped"] = "planned"
    evaluation_id: EvaluationId | None = None
    reason_code: str | None = None
    reason: str | None = None

    @classmethod
    def of(cls, job: Job, follow_up: FollowUp | None) -> "JobEvaluationSchema | None":
        """As it stands now; None when none was ordered."""
        if job.evaluation is None:
            return None
        told: dict[str, Any] = {
            **job.evaluation,
            "dataset_id": job.evaluation["dataset_id"] or job.validation_dataset_id,
        }
        if follow_up is None:
            over = job.status in JOB.terminal
            return cls(**told, status="dropped" if over else "planned")
        return cls(
            **told,
            status=follow_up.state.value,
            evaluation_id=follow_up.evaluation_id,
            reason_code=follow_up.reason_code,
            reason=follow_up.reason,
        )
