"""Estimates: what a training run would cost, before anything is spent. An estimate binds nothing.

The number of tokens is counted by the rule that a real bill was found to follow; bills were seen within 5 % of it, so the
interval is that wide and a hold is made for its upper end. How the prompt of a preference is billed, once or with each of its two
answers, is not published: then the upper end is that of the dearer way. Where a model's vocabulary is not ours, the count is
stretched by a factor and the interval is wider; the estimate says so. What is billed by time is in `timed_estimates`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from math import ceil
from typing import Any

from sqlalchemy.orm import Session

from shared.connections.catalogue import TrainableModel
from shared.connections.tables import ProviderKind
from shared.datasets.epochs import automatic_epochs, billing_tokens, rounded_bill
from shared.datasets.queries import get_dataset
from shared.datasets.routing.queries import routing_of
from shared.datasets.routing.rules import Routing
from shared.datasets.shapes import METHODS, Shape
from shared.datasets.tables import Dataset
from shared.errors import DatasetNotReady, DatasetRejected, Problem
from shared.ids import ConnectionId, DatasetId, TeamId
from shared.jobs.costs.timing import TIMED
from shared.jobs.ordering.durations import ExpectedDuration, expected_duration
from shared.jobs.ordering.offers import Offer, Sought, find_offer, offers
from shared.jobs.ordering.starting import start_of
from shared.jobs.ordering.timed_estimates import TimedEstimate, timed_estimate
from shared.jobs.routing import routing_of_training
from shared.lifecycles import DatasetStatus
from shared.money import Usd, per_million
from shared.providers.tiers import ServiceTier
from shared.spend.prices import Price


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one choice would cost. Token counts are for the whole run; `n_epochs` is as asked for, or the automatic number."""

    examples: int
    tokens_per_epoch: int
    tokens_at_most: int
    """Of one epoch, if the prompt of a preference is counted with each of its answers; else the same."""
    n_epochs: int
    epochs_are_automatic: bool
    billed_tokens: int
    approximate: bool
    counted_as: str
    price: Price
    low: Usd
    expected: Usd
    high: Usd

    @property
    def rests_on(self) -> str:
        """The calculation, for people."""
        chosen = "chosen automatically" if self.epochs_are_automatic else "as asked for"
        tokens = f"{self.tokens_per_epoch:,}"
        if self.tokens_at_most > self.tokens_per_epoch:
            tokens += f" (up to {self.tokens_at_most:,} if prompts are billed with each answer)"
        return (
            f"{tokens} tokens × {self.n_epochs} epochs ({chosen}) × ${self.price.usd_per_million} per million "
            f"({self.price.source}, {self.price.confidence} confidence, since {self.price.effective_from}); {self.counted_as}"
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that could be bought. `n_epochs` None = as many as the provider would choose, `tier` None = the usual one."""

    connection_id: ConnectionId
    model: str
    method: str
    n_epochs: int | None
    tier: ServiceTier | None = None
    compute: Decimal = Decimal(1)
    """Reinforcement: `compute_multiplier`."""


@dataclass(frozen=True, slots=True)
class Estimated:
    """A choice with its estimate, or with the refusal that it would meet."""

    choice: Choice
    estimate: Estimate | TimedEstimate | None
    refused: Problem | None
    cheapest: bool = False
    duration: ExpectedDuration | None = None
    """How long it will take; None = not known."""


def estimate_all(
    db: Session, dataset_id: DatasetId, choices: Sequence[Choice], *, team_id: TeamId | None = None
) -> list[Estimated]:
    """What each choice would cost, in the given order, the cheapest marked. Raises NotFound for the dataset only."""
    dataset = get_dataset(db, dataset_id, team_id=team_id)
    return [replace(one, duration=_duration(db, dataset, one)) for one in _estimate_each(db, dataset, choices)]


def _duration(db: Session, dataset: Dataset, estimated: Estimated) -> ExpectedDuration | None:
    if estimated.estimate is None:
        return None
    choice = estimated.choice
    return expected_duration(db, choice.connection_id, start_of(db, dataset.team_id, choice.model).base)


def estimate_offers(db: Session, dataset: Dataset) -> list[Estimated]:
    """What training with a dataset would cost on each model that is trained today by its method, with automatic epochs."""
    method = METHODS.get(Shape(dataset.format or Shape.CHAT), METHODS[Shape.CHAT])
    choices = [Choice(one.connection.id, one.model.model, method, None) for one in offers(db) if one.method == method]
    return _estimate_each(db, dataset, choices)


def _estimate_each(db: Session, dataset: Dataset, choices: Sequence[Choice]) -> list[Estimated]:
    routing = routing_of(db, dataset.team_id, [dataset.id])
    found = [_estimate_one(db, dataset, choice, routing) for choice in choices]
    lowest = min((one.estimate.expected for one in found if one.estimate), default=None)
    return [replace(one, cheapest=one.estimate is not None and one.estimate.expected == lowest) for one in found]


def _estimate_one(db: Session, dataset: Dataset, choice: Choice, routing: Routing) -> Estimated:
    try:
        start = start_of(db, dataset.team_id, choice.model, choice.connection_id)
        if start.lineage:
            routing = routing_of_training(db, dataset.team_id, (dataset.id,), start.lineage)
        offer = find_offer(db, Sought(choice.connection_id, start.base, choice.method, choice.tier), routing)
        found = estimate(dataset, offer, choice.n_epochs, choice.compute)
        return Estimated(replace(choice, tier=offer.tier), found, None)
    except Problem as problem:
        return Estimated(choice, None, problem)


def estimate(
    dataset: Dataset, offer: Offer, n_epochs: int | None, compute: Decimal = Decimal(1)
) -> Estimate | TimedEstimate:
    """What training with a dataset would cost. Raises DatasetNotReady or DatasetRejected."""
    report = check_usable(dataset, offer)
    assert offer.price is not None, "find_offer refuses a model without a price"
    if offer.method in TIMED:
        epochs = n_epochs or automatic_epochs(report["examples"])
        return timed_estimate(report["examples"], (epochs, n_epochs is None), compute, offer.price)
    return _by_tokens(dataset, offer, offer.price, n_epochs)


def _by_tokens(dataset: Dataset, offer: Offer, price: Price, n_epochs: int | None) -> Estimate:
    provider, error = offer.connection.provider, offer.model.token_error
    report = check_usable(dataset, offer)
    counts = _tokens(dataset, report, offer)
    most = max(counts["total"], counts.get("total_at_most") or 0)
    tokens, most = ceil(counts["total"] * offer.model.token_factor), ceil(most * offer.model.token_factor)
    epochs = n_epochs or automatic_epochs(report["examples"])
    counted = billing_tokens(tokens, epochs)

    def cost(of_tokens: Decimal) -> Usd:
        return per_million(billed_as(provider, of_tokens), price.usd_per_million)

    return Estimate(
        examples=report["examples"],
        tokens_per_epoch=tokens,
        tokens_at_most=most,
        n_epochs=epochs,
        epochs_are_automatic=n_epochs is None,
        billed_tokens=billed_as(provider, Decimal(counted)),
        approximate=offer.model.counted_approximately,
        counted_as=_counted_as(offer.model),
        price=price,
        low=cost(counted * (1 - error)),
        expected=cost(Decimal(counted)),
        high=cost(billing_tokens(most, epochs) * (1 + error)),
    )


def _tokens(dataset: Dataset, report: dict[str, Any], offer: Offer) -> Mapping[str, Any]:
    """The counts in the model's encoding.

    Only the encodings of models that could be trained when the dataset was read have been counted.
    """
    counted: Mapping[str, Any] | None = report["tokens"].get(offer.model.encoding)
    if counted is None:
        raise DatasetNotReady(
            f"The tokens of {dataset.id} were not counted as {offer.model.model} counts them ({offer.model.encoding}). "
            f"POST /v1/datasets/{dataset.id}/read makes a version in which they are.",
            dataset_id=dataset.id,
        )
    _check_length(dataset, counted["quantiles"].get("max", 0), offer.model)
    return counted


def _check_length(dataset: Dataset, longest: int, model: TrainableModel) -> None:
    """A report judges the models that are published; what a connection alone knows of is judged here, by the same code."""
    stretched = ceil(longest * model.token_factor)
    if model.counted_approximately and stretched > model.max_example_tokens:
        raise DatasetRejected(
            f"The longest example of {dataset.id} has about {stretched:,} tokens of {model.model}, which takes "
            f"{model.max_example_tokens:,}. Shorten it, or choose another model.",
            dataset_id=dataset.id,
            codes=["example_too_long_for_model"],
        )


def _counted_as(model: TrainableModel) -> str:
    error = f"± {model.token_error:.0%}".replace("%", " %")
    if not model.counted_approximately:
        return error
    return (
        f"approximate: counted as {model.encoding} × {model.token_factor}, not by the model's own vocabulary, {error}"
    )


def billed_as(provider: ProviderKind, tokens: Decimal) -> int:
    """How many tokens stand on the bill when so many were counted."""
    return rounded_bill(ceil(tokens), provider.traits.billed_by)


def check_usable(dataset: Dataset, offer: Offer) -> dict[str, Any]:
    """The report of a dataset that would be taken for what is offered. Raises DatasetNotReady or DatasetRejected."""
    if dataset.status in (DatasetStatus.UPLOADING, DatasetStatus.UPLOADED, DatasetStatus.VALIDATING):
        raise DatasetNotReady(f"{dataset.id} is {dataset.status}. Ask again when it is ready.", dataset_id=dataset.id)
    if dataset.status is DatasetStatus.ARCHIVED:
        raise DatasetRejected(f"{dataset.id} is archived: no new job can use it.", dataset_id=dataset.id)
    if dataset.status is not DatasetStatus.READY or dataset.report is None:
        raise DatasetRejected(
            f"{dataset.id} is {dataset.status}. GET /v1/datasets/{dataset.id}/findings tells what to mend.",
            dataset_id=dataset.id,
        )
    against = _against(dataset.report["acceptance"], offer)
    if against:
        raise DatasetRejected(
            f"{offer.connection.provider} would refuse this dataset for {offer.method} training of {offer.model.model}. "
            f"GET /v1/datasets/{dataset.id}/report tells why, and /findings what to mend.",
            dataset_id=dataset.id,
            codes=against,
        )
    return dataset.report


def _against(verdicts: Sequence[Mapping[str, Any]], offer: Offer) -> list[str]:
    """The codes that stand against an offer, from the verdict on its model or, where there is none, on its provider.

    Reports of earlier versions have verdicts on providers only, with bare codes.
    """
    fitting = [one for one in verdicts if (one["provider"], one["method"]) == (offer.connection.provider, offer.method)]
    if not fitting:
        return ["format_does_not_fit_method"]
    of_model = [one for one in fitting if one.get("model") == offer.model.model]
    of_provider = [one for one in fitting if one.get("model") is None]
    objections = [objection for one in of_model or of_provider for objection in one["against"]]
    return [objection if isinstance(objection, str) else objection["code"] for objection in objections]
