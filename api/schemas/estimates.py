"""Estimates and the catalogue on the wire."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from api.schemas.after import EvaluationPlanIn
from api.schemas.base import ConnectionId, DatasetId, ModelName, Money, Schema, WholeList, example
from api.schemas.training import Method
from shared.errors import Problem
from shared.evaluations.following import Weighed
from shared.jobs.costs.timing import TIMED, per_hour
from shared.jobs.ordering.estimates import Choice, Estimate, Estimated
from shared.jobs.ordering.offers import Offer
from shared.jobs.ordering.timed_estimates import TimedEstimate
from shared.providers.tiers import ServiceTier
from shared.spend.prices import Price

_CHOICE: dict[str, Any] = {
    "connection_id": "conn_01h455vb4pex5vsknk084sn02q",
    "model": "gpt-4.1-mini-2025-04-14",
    "method": "supervised",
    "n_epochs": None,
}


class ChoiceSchema(Schema):
    """`n_epochs` null: as many as the provider would choose. `tier` null: the usual one on Azure; other providers have none.
    `compute_multiplier` is for reinforcement.
    """

    model_config = example(_CHOICE)
    connection_id: ConnectionId
    model: ModelName
    method: Method = "supervised"
    tier: ServiceTier | None = None
    n_epochs: Annotated[int, Field(ge=1, le=50, strict=True)] | None = None
    compute_multiplier: Annotated[float, Field(gt=0.00001, le=10, allow_inf_nan=False, strict=True)] = 1.0

    def choice(self) -> Choice:
        compute = Decimal(str(self.compute_multiplier))
        return Choice(self.connection_id, self.model, self.method, self.n_epochs, self.tier, compute)


class EstimateRequest(Schema):
    model_config = example({"dataset_id": "ds_01h455vb4pex5vsknk084sn02q", "choices": [_CHOICE]})
    dataset_id: DatasetId
    choices: Annotated[list[ChoiceSchema], Field(min_length=1, max_length=50)]
    evaluation: EvaluationPlanIn | None = None


class RefusalSchema(Schema):
    """Why a choice has no estimate."""

    code: str
    detail: str

    @classmethod
    def of(cls, problem: Problem) -> "RefusalSchema":
        return cls(code=problem.code, detail=problem.detail)


class EvaluationEstimateSchema(Schema):
    """What the evaluation after the job could cost at most, or why it would be refused (`refused`)."""

    model_config = example({"n_examples": 200, "at_most_usd": "0.31", "refused": None})
    n_examples: int | None = None
    at_most_usd: Money | None = None
    refused: RefusalSchema | None = None

    @classmethod
    def of(cls, weighed: Weighed) -> "EvaluationEstimateSchema":
        refused = weighed.refused and RefusalSchema.of(weighed.refused)
        return cls(n_examples=weighed.n_examples, at_most_usd=weighed.at_most, refused=refused)


_DURATION: dict[str, Any] = {
    "jobs": 41, "waiting_p50": 12.5, "waiting_p90": 340.0, "training_p50": 2410.0, "training_p90": 4020.0,
}  # fmt: skip


class DurationSchema(Schema):
    """Seconds that half of the last `jobs` there, and nine in ten, did not exceed.

    `waiting` is until the provider has the order, `training` from then to the model.
    """

    model_config = example(_DURATION)
    jobs: int
    waiting_p50: float
    waiting_p90: float
    training_p50: float
    training_p90: float


class EstimateSchema(Schema):
    """What one choice would cost, or why it cannot be bought (`refused`). A hold is made for `high`.

    `approximate`: tokens were counted by a vocabulary that is not the model's own. `expected_duration` is null until three jobs
    have succeeded on that connection and model, whichever team's.

    Reinforcement is billed by time, `usd_per_hour`: then `expected_seconds` and the amounts are a guess, `high` is held if the
    order has no `max_cost_usd`, and the job is stopped at what is held.
    """

    model_config = example(
        _CHOICE
        | {
            "n_epochs": 3,
            "epochs_are_automatic": True,
            "billed_tokens": 24759,
            "approximate": False,
            "usd_per_million": "5",
            "expected_seconds": None,
            "usd_per_hour": None,
            "low": "0.11761",
            "expected": "0.123795",
            "high": "0.129985",
            "cheapest": True,
            "rests_on": "8,253 tokens × 3 epochs (chosen automatically) × $5 per million "
            "(OpenAI price list, high confidence, since 2025-04-14); ± 5 %",
            "refused": None,
            "expected_duration": _DURATION,
            "evaluation": None,
        }
    )
    connection_id: ConnectionId
    model: str
    method: str
    tier: ServiceTier | None = None
    n_epochs: int | None
    epochs_are_automatic: bool | None = None
    billed_tokens: int | None = None
    approximate: bool = False
    usd_per_million: Decimal | None = None
    expected_seconds: int | None = None
    usd_per_hour: Decimal | None = None
    low: Money | None = None
    expected: Money | None = None
    high: Money | None = None
    cheapest: bool = False
    rests_on: str | None = None
    refused: RefusalSchema | None = None
    expected_duration: DurationSchema | None = None
    evaluation: EvaluationEstimateSchema | None = None

    @classmethod
    def of(cls, estimated: Estimated, weighed: Weighed | None = None) -> "EstimateSchema":
        choice, found = estimated.choice, estimated.estimate
        asked: dict[str, Any] = {
            "connection_id": choice.connection_id,
            "model": choice.model,
            "method": choice.method,
            "tier": choice.tier,
            "evaluation": weighed and EvaluationEstimateSchema.of(weighed),
        }
        if found is None:
            assert estimated.refused is not None
            return cls(**asked, n_epochs=choice.n_epochs, refused=RefusalSchema.of(estimated.refused))
        return cls(
            **asked,
            **_measured(found),
            n_epochs=found.n_epochs,
            epochs_are_automatic=found.epochs_are_automatic,
            low=found.low,
            expected=found.expected,
            high=found.high,
            cheapest=estimated.cheapest,
            rests_on=found.rests_on,
            expected_duration=estimated.duration and DurationSchema.model_validate(estimated.duration),
        )


def _measured(found: Estimate | TimedEstimate) -> dict[str, Any]:
    """In what it is billed."""
    if isinstance(found, TimedEstimate):
        return {"approximate": True, "expected_seconds": found.seconds, "usd_per_hour": found.usd_per_hour}
    return {
        "billed_tokens": found.billed_tokens,
        "approximate": found.approximate,
        "usd_per_million": found.price.usd_per_million,
    }


class Estimates(WholeList):
    """In the order of the choices."""

    data: list[EstimateSchema]


class OfferSchema(Schema):
    """`usd_per_million_training_tokens` null: no price is known, and jobs are refused until one is. It is for the usual `tier`;
    where others can be chosen, `usd_per_million_by_tier` has their prices. A method that is billed by time has
    `usd_per_training_hour` in place of both.
    """

    model_config = example(
        {
            "connection_id": "conn_01h455vb4pex5vsknk084sn02q",
            "connection": "openai-sandbox",
            "provider": "openai",
            "model": "gpt-4.1-mini-2025-04-14",
            "method": "supervised",
            "encoding": "o200k_base",
            "max_example_tokens": 65536,
            "usd_per_million_training_tokens": "5",
            "tier": None,
            "usd_per_million_by_tier": {},
            "usd_per_training_hour": None,
            "shutdown_date": "2027-01-14",
        }
    )
    connection_id: ConnectionId
    connection: str
    provider: str
    model: str
    method: str
    encoding: str
    max_example_tokens: int
    usd_per_million_training_tokens: Decimal | None
    tier: ServiceTier | None
    usd_per_million_by_tier: dict[ServiceTier, Decimal | None]
    usd_per_training_hour: Decimal | None
    shutdown_date: date | None

    @classmethod
    def of(cls, offer: Offer, by_tier: Mapping[ServiceTier, Price | None]) -> "OfferSchema":
        return cls(
            connection_id=offer.connection.id,
            connection=offer.connection.name,
            provider=offer.connection.provider,
            model=offer.model.model,
            method=offer.method,
            encoding=offer.model.encoding,
            max_example_tokens=offer.model.max_example_tokens,
            usd_per_million_training_tokens=None if offer.method in TIMED else _usd(offer.price),
            tier=offer.tier,
            usd_per_million_by_tier={}
            if offer.method in TIMED
            else {tier: _usd(price) for tier, price in by_tier.items()},
            usd_per_training_hour=per_hour(offer.price.usd_per_million)
            if offer.method in TIMED and offer.price
            else None,
            shutdown_date=offer.shutdown_date,
        )


def _usd(price: Price | None) -> Decimal | None:
    return None if price is None else price.usd_per_million


class Catalogue(WholeList):
    """By connection and model."""

    data: list[OfferSchema]
