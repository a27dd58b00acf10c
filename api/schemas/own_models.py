"""What an admin says of the models of a compatible server, on the wire: how they are trained, and what that costs."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, PlainSerializer, StringConstraints

from api.schemas.base import ModelName, Schema, example
from shared.connections.described import USUAL_ERROR, USUAL_FACTOR, OwnModel, OwnPrices

_PRICES: dict[str, Any] = {"training": "0.4", "input": "0.02", "output": "0.06"}
OWN_MODEL: dict[str, Any] = {
    "model": "meta-llama/Meta-Llama-3.1-8B-Instruct",
    "methods": ["supervised"],
    "prices": _PRICES,
    "max_example_tokens": 8192,
    "context_tokens": 131072,
    "always": {"lora": True},
}

_PLAIN = PlainSerializer(lambda number: f"{number:f}", return_type=str, when_used="json-unless-none")
"""Never with an exponent."""
Usd = Annotated[Decimal, Field(ge=0, le=1_000_000, max_digits=18, decimal_places=9, description="US dollars"), _PLAIN]
"""As a decimal string; a JSON number would have been rounded on its way."""
Tokens = Annotated[int, Field(ge=1, le=10_000_000, strict=True)]
Hyperparameter = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Setting = (
    Annotated[bool, Field(strict=True)]
    | Annotated[int, Field(ge=-(2**31), lt=2**31, strict=True)]
    | Annotated[float, Field(allow_inf_nan=False, strict=True)]
)


def _but_epochs(always: dict[str, Setting]) -> dict[str, Setting]:
    """Passes over the data are each job's own: its price follows from them."""
    if "n_epochs" in always:
        raise ValueError("must not fix n_epochs, which is chosen with each job")
    return always


class OwnPricesSchema(Schema):
    """Per million tokens. What is not known is refused when it is needed, never counted as free; a tuned model without a price of
    its own costs what its base costs.
    """

    model_config = example(_PRICES)
    training: Usd | None = None
    input: Usd | None = None
    cached_input: Usd | None = None
    output: Usd | None = None
    tuned_input: Usd | None = None
    tuned_output: Usd | None = None


class OwnModelSchema(Schema):
    """One model that the server trains. Its tokens are counted as `encoding` × `token_factor`, give or take the share
    `token_error`, since its own vocabulary is not here. `always`: hyperparameters that every job is sent with, such as `lora`.
    """

    model_config = example(OWN_MODEL)
    model: ModelName
    methods: Annotated[tuple[Literal["supervised"], ...], Field(min_length=1, max_length=1)] = ("supervised",)
    prices: OwnPricesSchema = OwnPricesSchema()
    encoding: Literal["o200k_base", "cl100k_base"] = "o200k_base"
    token_factor: Annotated[Decimal, Field(ge=Decimal("0.5"), le=4, max_digits=6, decimal_places=4), _PLAIN] = (
        USUAL_FACTOR
    )
    token_error: Annotated[Decimal, Field(ge=0, le=1, max_digits=5, decimal_places=4), _PLAIN] = USUAL_ERROR
    max_example_tokens: Tokens = 8192
    context_tokens: Tokens = 8192
    shutdown_date: date | None = None
    always: Annotated[
        dict[Hyperparameter, Setting], AfterValidator(_but_epochs), Field(max_length=20, default_factory=dict)
    ]

    def own(self, since: date) -> OwnModel:
        return OwnModel(
            model=self.model,
            since=since,
            methods=self.methods,
            encoding=self.encoding,
            token_factor=self.token_factor,
            token_error=self.token_error,
            max_example_tokens=self.max_example_tokens,
            context_tokens=self.context_tokens,
            shutdown_date=self.shutdown_date,
            prices=OwnPrices(**self.prices.model_dump()),
            always=self.always,
        )


class DescribedModel(OwnModelSchema):
    """The same as it is kept: since when its prices hold."""

    model_config = example(OWN_MODEL | {"since": "2026-11-20"})
    since: date
