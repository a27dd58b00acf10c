"""What an admin says of a model that a self-described provider trains: how, within which limits, and for how much. Pure.

Nobody has published such a thing in a form that we know, so it stands on the connection and comes before everything else.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from shared.connections.catalogue import TrainableModel

USUAL_FACTOR = Decimal("1.15")
USUAL_ERROR = Decimal("0.3")
"""For open-weight models, whose vocabularies are not ours: a guess, and wide enough to be one. See docs/estimates-and-bills.md."""


@dataclass(frozen=True, slots=True)
class OwnPrices:
    """Usd per million tokens. None = not known: then it is refused, never counted as free. A tuned model that has no price of
    its own costs what its base costs.
    """

    training: Decimal | None = None
    input: Decimal | None = None
    cached_input: Decimal | None = None
    output: Decimal | None = None
    tuned_input: Decimal | None = None
    tuned_output: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OwnModel:
    """A model, its prices, and since when they hold. `always` are hyperparameters that every job is ordered with.

    A text has `token_factor` times the tokens that it has in `encoding`, give or take the share `token_error`.
    """

    model: str
    since: date
    methods: tuple[str, ...] = ("supervised",)
    encoding: str = "o200k_base"
    token_factor: Decimal = USUAL_FACTOR
    token_error: Decimal = USUAL_ERROR
    max_example_tokens: int = 8_192
    context_tokens: int = 8_192
    shutdown_date: date | None = None
    prices: OwnPrices = field(default_factory=OwnPrices)
    always: Mapping[str, int | float | bool] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """What is stored; numbers that count are texts."""
        stored = asdict(self) | {
            "methods": list(self.methods),
            "since": self.since.isoformat(),
            "always": dict(self.always),
        }
        stored["shutdown_date"] = self.shutdown_date and self.shutdown_date.isoformat()
        stored["prices"] = {name: None if usd is None else f"{usd:f}" for name, usd in stored["prices"].items()}
        return stored | {"token_factor": f"{self.token_factor:f}", "token_error": f"{self.token_error:f}"}

    def trainable(self, provider: str) -> TrainableModel:
        """The same as the catalogue would have it."""
        return TrainableModel(
            provider=provider,
            model=self.model,
            methods=self.methods,
            documented_methods=self.methods,
            trains_on_images=False,
            encoding=self.encoding,
            max_example_tokens=self.max_example_tokens,
            context_tokens=self.context_tokens,
            announced_shutdown=self.shutdown_date,
            token_factor=self.token_factor,
            token_error=self.token_error,
            counted_approximately=True,
        )


def own_model(stored: Mapping[str, Any]) -> OwnModel:
    """What `as_json` made, read back."""
    prices = {name: None if usd is None else Decimal(usd) for name, usd in stored["prices"].items()}
    shutdown = stored["shutdown_date"]
    read = {
        "methods": tuple(stored["methods"]),
        "since": date.fromisoformat(stored["since"]),
        "token_factor": Decimal(stored["token_factor"]),
        "token_error": Decimal(stored["token_error"]),
        "shutdown_date": date.fromisoformat(shutdown) if shutdown else None,
        "prices": OwnPrices(**prices),
    }
    return OwnModel(**{**stored, **read})
