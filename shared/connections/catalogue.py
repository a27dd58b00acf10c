"""The catalogue: which models can be trained at which provider, how, and until when. Pure; data in `catalogue.csv`.

What a provider itself says of a model (kept on the connection by its check) comes before what stands here.
"""

import csv
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class TrainableModel:
    """A model as its provider's documents describe it. Token counts are the most that one example may have, trained or asked.

    `methods` are those by which it can be trained from here; `documented_methods`, those that the provider knows.
    """

    provider: str
    model: str
    methods: tuple[str, ...]
    documented_methods: tuple[str, ...]
    trains_on_images: bool
    encoding: str
    max_example_tokens: int
    context_tokens: int
    announced_shutdown: date | None
    token_factor: Decimal = Decimal(1)
    """What a count in `encoding` is multiplied with, where that is not the model's own vocabulary."""
    token_error: Decimal = Decimal("0.05")
    """How far a bill may lie from the count, as a share of it: bills of published providers were seen within 5 %."""
    counted_approximately: bool = False
    """Whether nobody here knows its vocabulary."""


@cache
def catalogue() -> dict[tuple[str, str], TrainableModel]:
    """All trainable models by provider and name."""
    with Path(__file__).with_name("catalogue.csv").open(encoding="utf-8", newline="") as file:
        rows = [_parse(row) for row in csv.DictReader(file)]
    return {(row.provider, row.model): row for row in rows}


def _parse(row: dict[str, str]) -> TrainableModel:
    return TrainableModel(
        provider=row["provider"],
        model=row["model"],
        methods=tuple(row["methods"].split()),
        documented_methods=tuple(row["documented_methods"].split()),
        trains_on_images=row["trains_on_images"] == "yes",
        encoding=row["encoding"],
        max_example_tokens=int(row["max_example_tokens"]),
        context_tokens=int(row["context_tokens"]),
        announced_shutdown=date.fromisoformat(row["announced_shutdown"]) if row["announced_shutdown"] else None,
    )
