"""What a unit costs on a connection: as the price book says of its provider or, where nobody has published prices, as the
connection says.
"""

from datetime import date
from decimal import Decimal

from shared.connections.described import OwnPrices
from shared.connections.tables import Connection
from shared.connections.trainable import own_models
from shared.errors import PriceUnknown
from shared.spend.prices import Price, Tier, price_of
from shared.spend.tables import Unit


def price_on(connection: Connection, model: str, tier: Tier, unit: Unit, on: date) -> Price:
    """The price of a base model, or of one tuned from it (`tier`), on a day. Raises PriceUnknown."""
    if not connection.provider.traits.self_described:
        return price_of(connection.provider, model, tier, unit, on)
    own = own_models(connection).get(model)
    usd = None if own is None else _usd(own.prices, tier, unit)
    if own is None or usd is None:
        raise PriceUnknown(connection.name, model, unit.replace("_", " "))
    identifier = f"{connection.id}/{model}/{tier}/{unit}"
    return Price(f"{identifier}@{own.since}", usd, own.since, "unchecked", f"entered for {connection.name}")


def _usd(prices: OwnPrices, tier: Tier, unit: Unit) -> Decimal | None:
    tuned = tier is Tier.TUNED
    match unit:
        case Unit.TRAINED:
            return prices.training
        case Unit.OUTPUT:
            return prices.tuned_output if tuned and prices.tuned_output is not None else prices.output
        case Unit.INPUT:
            return prices.tuned_input if tuned and prices.tuned_input is not None else prices.input
        case Unit.CACHED_INPUT:
            cached = None if tuned else prices.cached_input
            return cached if cached is not None else _usd(prices, tier, Unit.INPUT)
        case _:
            return None
