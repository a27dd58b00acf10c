"""How a model is to be trained, on the wire: method, hyperparameters, grader, and when it has learnt enough."""

from typing import Annotated, Any, Literal

from pydantic import Field

from api.schemas.base import Schema, example
from shared.jobs.costs.stopping import EarlyStop
from shared.jobs.ordering.rewards import Reward

Method = Literal["supervised", "dpo", "reinforcement"]

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, strict=True)]

_HYPERPARAMETERS: dict[str, Any] = {"n_epochs": 3, "batch_size": None, "learning_rate_multiplier": None}

GRADER: dict[str, Any] = {
    "type": "string_check",
    "name": "label",
    "operation": "eq",
    "input": "{{sample.output_text}}",
    "reference": "{{item.label}}",
}
GraderJson = Annotated[
    dict[str, Any],
    Field(
        description="For reinforcement: what an answer is worth, as OpenAI's JSON has it.",
        examples=[GRADER],
    ),
]


class Hyperparameters(Schema):
    """What is left out (or null) is the provider's to choose. OpenAI and Azure take the first three; compatible servers take
    a `learning_rate` in place of the multiplier, and those below it.

    `beta` is for `dpo`; on Azure `l2_multiplier` is too, and `prompt_loss_weight` is for `supervised`. The last four are for
    `reinforcement`. Elsewhere they are refused.
    """

    model_config = example(_HYPERPARAMETERS)
    n_epochs: Annotated[int, Field(ge=1, le=50, strict=True)] | None = None
    batch_size: Annotated[int, Field(ge=1, le=256, strict=True)] | None = None
    learning_rate_multiplier: Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False, strict=True)] | None = None
    beta: Annotated[float, Field(gt=0, le=2, allow_inf_nan=False, strict=True)] | None = None
    l2_multiplier: Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False, strict=True)] | None = None
    prompt_loss_weight: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False, strict=True)] | None = None
    learning_rate: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False, strict=True)] | None = None
    warmup_ratio: Share | None = None
    weight_decay: Share | None = None
    lora_r: Annotated[int, Field(ge=1, le=1024, strict=True)] | None = None
    lora_alpha: Annotated[int, Field(ge=1, le=4096, strict=True)] | None = None
    lora_dropout: Share | None = None
    compute_multiplier: Annotated[float, Field(gt=0.00001, le=10, allow_inf_nan=False, strict=True)] | None = None
    eval_interval: Annotated[int, Field(ge=1, le=10_000, strict=True)] | None = None
    eval_samples: Annotated[int, Field(ge=1, le=1000, strict=True)] | None = None
    reasoning_effort: Literal["default", "low", "medium", "high"] | None = None

    def chosen(self) -> dict[str, int | float | str]:
        return {name: value for name, value in self.model_dump().items() if value is not None}


class EarlyStopSchema(Schema):
    """The job is cancelled when in so many `evaluations` in a row the metric was no better than the best one before them.

    Of `reinforcement` the metric is `valid_reward`, of the other methods `valid_loss`.
    """

    model_config = example({"metric": "valid_loss", "evaluations": 3})
    metric: Literal["valid_loss", "valid_reward"] = "valid_loss"
    evaluations: Annotated[int, Field(ge=1, le=100, strict=True)]

    def rule(self) -> EarlyStop:
        return EarlyStop(self.metric, self.evaluations)


def reward_of(grader: dict[str, Any] | None, response_format: dict[str, Any] | None) -> Reward | None:
    """None if neither was said; a grader that is missing is found by whoever checks it."""
    return None if grader is None and response_format is None else Reward(grader or {}, response_format)
