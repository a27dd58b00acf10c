"""Offers: what can be trained on which connection, how, at which price, today. Where the catalogue meets the price book.

What a provider itself says of a model (kept on the connection by its check) comes before our catalogue.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.connections.catalogue import TrainableModel
from shared.connections.queries import get_connection
from shared.connections.regions import stays_in_region
from shared.connections.tables import Connection
from shared.connections.trainable import trainable_model, trainable_models
from shared.datasets.routing.queries import check_route
from shared.datasets.routing.rules import Routing
from shared.db import today
from shared.errors import FieldError, InvalidRequest, ModelNotTrainable, PriceUnknown, TrainingClosed
from shared.ids import ConnectionId
from shared.jobs.costs.timing import TIMED
from shared.providers.tiers import ServiceTier, training_tiers
from shared.spend.prices import Price, Tier, tuned
from shared.spend.pricing import price_on
from shared.spend.tables import Unit

_FIRST_DATED_WITH_GRADERS = "2025"


@dataclass(frozen=True, slots=True)
class Offer:
    """A model that one connection trains by one method. `price` is per million training tokens, or seconds where the method is
    billed by time; None = not known.
    """

    connection: Connection
    model: TrainableModel
    method: str
    price: Price | None
    shutdown_date: date | None
    tier: ServiceTier | None = None
    """Where it is trained; None = the provider knows no tiers."""


def offers(db: Session) -> list[Offer]:
    """Everything that can be trained today, by connection and model."""
    day = today(db)
    return [
        Offer(
            connection,
            model,
            method,
            _price(connection, model, _priced(method, tier), day),
            shutdown_date(connection, model),
            tier,
        )
        for connection in _connections(db)
        for model in trainable_models(connection).values()
        if _why_not(connection, model, day) is None
        for tier in [_tier(connection, None, is_regional=False)]
        for method in _methods(connection, model)
    ]


@dataclass(frozen=True, slots=True)
class Sought:
    """What somebody would buy; `tier` None = the one that is usual there."""

    connection_id: ConnectionId
    model: str
    method: str
    tier: ServiceTier | None = None


def find_offer(db: Session, sought: Sought, routing: Routing) -> Offer:
    """What would be bought for data that may go where `routing` says.

    Raises NotFound, TrainingClosed, ModelNotTrainable, InvalidRequest (no such tier there), RouteForbidden or PriceUnknown.
    """
    model, method = sought.model, sought.method
    connection = get_connection(db, sought.connection_id)
    if connection.training_open is False:
        raise TrainingClosed(
            f"{connection.name} takes no new training jobs: {connection.health_detail}", connection=connection.name
        )
    known = trainable_model(connection, model)
    day = today(db)
    why_not = "it is not in the catalogue" if known is None else _why_not(connection, known, day)
    if known is None or why_not:
        raise ModelNotTrainable(
            f"{model} cannot be trained on {connection.name}: {why_not}. GET /v1/catalogue lists what can.", model=model
        )
    if method not in _methods(connection, known):
        methods = ", ".join(_methods(connection, known)) or "no method that its API can be told"
        raise ModelNotTrainable(f"{model} on {connection.name} is trained by {methods}, not by {method}.", model=model)
    trained_at = _tier(connection, sought.tier, is_regional=routing.is_regional)
    check_route(db, routing, connection, trained_at)
    what = _priced(sought.method, trained_at)
    price = price_on(connection, model, what.tier, what.unit, day)
    return Offer(connection, known, method, price, shutdown_date(connection, known), trained_at)


def connections_for(db: Session, model: str) -> Sequence[Connection]:
    """The connections to providers that train a model, by name. `find_offer` tells whether they do so today."""
    return [one for one in _connections(db) if trainable_model(one, model)]


def shutdown_date(connection: Connection, model: TrainableModel) -> date | None:
    """When a model stops: as its provider tells, else as was announced."""
    told = connection.models.get(model.model)
    if told is None:
        return model.announced_shutdown
    return date.fromisoformat(told["shutdown_date"]) if told.get("shutdown_date") else None


def _why_not(connection: Connection, model: TrainableModel, day: date) -> str | None:
    if connection.training_open is False:
        return "the provider takes no new training jobs"
    told = connection.models.get(model.model)
    if connection.models and told is None:
        return "the provider does not list it for this account"
    if told is not None and told.get("trainable") is False:
        return "the provider says that it cannot be trained"
    stops = shutdown_date(connection, model)
    return f"it was shut down on {stops}" if stops is not None and stops <= day else None


def _connections(db: Session) -> Sequence[Connection]:
    return db.scalars(select(Connection).where(Connection.archived_at.is_(None)).order_by(Connection.name)).all()


def prices_by_tier(db: Session, offer: Offer) -> dict[ServiceTier, Price | None]:
    """What training would cost at each tier that can be chosen; empty where none can. None = not known."""
    day = today(db)
    tiers = training_tiers(offer.connection.provider, offer.connection.api_version)
    return {tier: _price(offer.connection, offer.model, _priced(offer.method, tier), day) for tier in tiers}


def _tier(connection: Connection, asked: ServiceTier | None, *, is_regional: bool) -> ServiceTier | None:
    """As asked for; else the usual one, or, for data that is bound to regions, the usual one of those that stay in one."""
    known = training_tiers(connection.provider, connection.api_version)
    if asked is None:
        return next((tier for tier in known if not is_regional or stays_in_region(tier)), None)
    if asked not in known:
        there = f"{connection.name} trains at {', '.join(known)}" if known else f"{connection.provider} knows no tiers"
        raise InvalidRequest(f"{there}.", [FieldError("/tier", "not to be had there")])
    return asked


def _methods(connection: Connection, model: TrainableModel) -> Sequence[str]:
    """By which it is trained there. Azure's dated APIs before 2025 cannot be told a grader."""
    version = connection.api_version
    tells_graders = version is None or version >= _FIRST_DATED_WITH_GRADERS
    return [method for method in model.methods if tells_graders or method not in TIMED]


class _Priced(NamedTuple):
    tier: Tier
    unit: Unit


def _priced(method: str, tier: ServiceTier | None) -> _Priced:
    return _Priced(tuned(tier), Unit.TRAINED_SECOND if method in TIMED else Unit.TRAINED)


def _price(connection: Connection, model: TrainableModel, what: _Priced, day: date) -> Price | None:
    try:
        return price_on(connection, model.model, what.tier, what.unit, day)
    except PriceUnknown:
        return None
