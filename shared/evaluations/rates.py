"""What asking a model costs: its three prices, and the charges that follow from what a provider counted. Pure."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil
from typing import Any

from shared.ids import ConnectionId
from shared.money import Usd, total
from shared.registry.targets import Target
from shared.spend.actions import Charge
from shared.spend.prices import Price, Tier, tuned
from shared.spend.pricing import price_on
from shared.spend.tables import SpendKind, Unit


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as providers count them: the cached ones are part of the input."""

    input_tokens: int = 0
    cached_input_tokens: int = 0
    output_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input_tokens + other.input_tokens,
            self.cached_input_tokens + other.cached_input_tokens,
            self.output_tokens + other.output_tokens,
        )

    def widened(self, factor: Decimal) -> "Usage":
        """The same with so many times the input, rounded up: for what counts by a vocabulary that is not ours."""
        return Usage(ceil(self.input_tokens * factor), ceil(self.cached_input_tokens * factor), self.output_tokens)

    def by_unit(self) -> dict[Unit, int]:
        """What is billed of each unit."""
        cached = min(self.cached_input_tokens, self.input_tokens)
        return {Unit.INPUT: self.input_tokens - cached, Unit.CACHED_INPUT: cached, Unit.OUTPUT: self.output_tokens}


@dataclass(frozen=True, slots=True)
class Rate:
    """A price as it was when somebody relied on it."""

    usd_per_million: Decimal
    price_id: str


@dataclass(frozen=True, slots=True)
class Seller:
    """Who is paid: a model on a connection, at its rates."""

    connection_id: ConnectionId
    model: str
    rates: dict[Unit, Rate]

    def charges(self, kind: SpendKind, usage: Usage, *, provisional: bool = False) -> list[Charge]:
        """One charge for each unit that was used."""
        return [
            Charge(
                kind=kind,
                connection_id=self.connection_id,
                model=self.model,
                unit=unit,
                quantity=quantity,
                usd_per_million=self.rates[unit].usd_per_million,
                price_id=self.rates[unit].price_id,
                provisional=provisional,
            )
            for unit, quantity in usage.by_unit().items()
            if quantity
        ]

    def cost(self, usage: Usage) -> Usd:
        return total(charge.amount for charge in self.charges(SpendKind.EVALUATION, usage))

    def as_json(self) -> dict[str, Any]:
        return {
            unit.value: {"usd_per_million": str(rate.usd_per_million), "price_id": rate.price_id}
            for unit, rate in self.rates.items()
        }


def seller_of(target: Target, on: date) -> Seller:
    """Who is paid for asking a target, at the prices of a day. Raises PriceUnknown."""
    tier = tuned(target.tier) if target.is_tuned else Tier.BASE
    prices = {
        unit: price_on(target.connection, target.base_model, tier, unit, on)
        for unit in (Unit.INPUT, Unit.CACHED_INPUT, Unit.OUTPUT)
    }
    rates = {unit: _rate(price) for unit, price in prices.items()}
    return Seller(target.connection.id, target.provider_model, rates)


def seller_from_json(connection_id: ConnectionId, model: str, stored: dict[str, Any]) -> Seller:
    """What `as_json` made, read back."""
    rates = {Unit(unit): Rate(Decimal(one["usd_per_million"]), str(one["price_id"])) for unit, one in stored.items()}
    return Seller(connection_id, model, rates)


def _rate(price: Price) -> Rate:
    return Rate(price.usd_per_million, price.id)
