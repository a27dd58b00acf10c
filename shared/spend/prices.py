"""The price book: what a unit costs, at which provider, for which model, from which day on. Pure; data in `prices.csv`.

A price that is not known is refused, never taken as zero.
"""

import csv
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path

from shared.errors import PriceUnknown
from shared.providers.tiers import ServiceTier
from shared.spend.tables import Unit


class Tier(StrEnum):
    """Whether a price is a base model's or a tuned one's; on Azure the latter's depend on where its capacity stands."""

    BASE = "base"
    TUNED = "tuned"
    """Where there is a choice: anywhere (`ServiceTier.GLOBAL`)."""
    TUNED_STANDARD = "tuned_standard"
    TUNED_DEVELOPER = "tuned_developer"


_TUNED = {
    None: Tier.TUNED,
    ServiceTier.GLOBAL: Tier.TUNED,
    ServiceTier.STANDARD: Tier.TUNED_STANDARD,
    ServiceTier.DEVELOPER: Tier.TUNED_DEVELOPER,
}


def tuned(service: ServiceTier | None) -> Tier:
    """The prices of tuned models that hold at a service tier; None = the provider knows no tiers."""
    return _TUNED[service]


@dataclass(frozen=True, slots=True)
class Price:
    """What a million units cost. `id` names the row of the price book, and stands in the ledger."""

    id: str
    usd_per_million: Decimal
    effective_from: date
    confidence: str
    source: str


_Key = tuple[str, str, Tier, Unit]


def price_of(provider: str, model: str, tier: Tier, unit: Unit, on: date) -> Price:
    """The price that holds on a day. A cached input without a price of its own costs what input costs. Raises PriceUnknown."""
    known = [price for price in _book().get((provider, model, tier, unit), ()) if price.effective_from <= on]
    if known:
        return known[-1]
    if unit is Unit.CACHED_INPUT:
        return price_of(provider, model, tier, Unit.INPUT, on)
    at = "" if tier in (Tier.BASE, Tier.TUNED) else f" ({tier.removeprefix('tuned_')} tier)"
    raise PriceUnknown(provider, model, unit.replace("_", " ") + at)


@cache
def _book() -> dict[_Key, list[Price]]:
    """All prices by what they are for, the earliest first."""
    book: dict[_Key, list[Price]] = {}
    with Path(__file__).with_name("prices.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            since = date.fromisoformat(row["effective_from"] or "2000-01-01")
            key = (row["provider"], row["model"], Tier(row["tier"]), Unit(row["unit"]))
            price = Price(
                id=f"{'/'.join(key)}@{since}",
                usd_per_million=Decimal(row["usd_per_million"]),
                effective_from=since,
                confidence=row["confidence"],
                source=row["source"],
            )
            book.setdefault(key, []).append(price)
    for prices in book.values():
        prices.sort(key=lambda price: price.effective_from)
    return book
