"""The models this sandbox knows, what training and asking them costs, and when they close.

Days are counted from the day the clock opened, not written as dates: a catalogue with dates in it would refuse every
job one day, and the tests with it. Prices are the published ones as known in November 2026; None means that none was found.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from sandbox.wire import Dialect

# OpenAI ends fine-tuning for everyone this many days after the catalogue opens; serving goes on.
OPENAI_TRAINING_ENDS_AFTER_DAYS = 47


@dataclass(frozen=True, slots=True)
class Prices:
    """Usd per million tokens; `training_hour` of what is billed by time."""

    training: Decimal | None
    base_input: Decimal
    base_output: Decimal
    tuned_input: Decimal
    tuned_output: Decimal
    training_hour: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Model:
    name: str
    dialect: Dialect
    methods: tuple[str, ...]
    prices: Prices
    days_left: int
    auto_learning_rate: float = 2.0
    encoding: str = "o200k_base"
    max_example_tokens: int = 65_536
    token_factor: float = 1.0
    """Tokens of the model's own vocabulary for each of `encoding`."""

    def shutdown_date(self, opened_on: date) -> date:
        return opened_on + timedelta(days=self.days_left)

    def is_served(self, opened_on: date, today: date) -> bool:
        return today < self.shutdown_date(opened_on)

    def is_trainable(self, method: str, opened_on: date, today: date) -> bool:
        return method in self.methods and self.is_served(opened_on, today)


def _by_the_hour(hour: str, base: tuple[str, str], tuned: tuple[str, str]) -> Prices:
    return replace(_prices(None, base, tuned), training_hour=Decimal(hour))


def _prices(training: str | None, base: tuple[str, str], tuned: tuple[str, str]) -> Prices:
    return Prices(
        training=None if training is None else Decimal(training),
        base_input=Decimal(base[0]),
        base_output=Decimal(base[1]),
        tuned_input=Decimal(tuned[0]),
        tuned_output=Decimal(tuned[1]),
    )


_SUPERVISED = ("supervised",)
_BOTH = ("supervised", "dpo")
_REWARDED = ("reinforcement",)
_OPENAI = (
    Model("gpt-4.1-2025-04-14", Dialect.OPENAI, _BOTH, _prices("25", ("2", "8"), ("3", "12")), 55),
    Model("gpt-4.1-mini-2025-04-14", Dialect.OPENAI, _BOTH, _prices("5", ("0.4", "1.6"), ("0.8", "3.2")), 55),
    Model("gpt-4o-2024-08-06", Dialect.OPENAI, _BOTH, _prices("25", ("2.5", "10"), ("3.75", "15")), 55),
    Model("gpt-4o-mini-2024-07-18", Dialect.OPENAI, _BOTH, _prices("3", ("0.15", "0.6"), ("0.3", "1.2")), 55, 1.8),
    Model("o4-mini-2025-04-16", Dialect.OPENAI, _REWARDED, _by_the_hour("100", ("1.1", "4.4"), ("4", "16")), 55, 1.0),
    Model("gpt-4o-2024-11-20", Dialect.OPENAI, (), _prices(None, ("2.5", "10"), ("3.75", "15")), 55),
    Model("gpt-5-2025-08-07", Dialect.OPENAI, (), _prices(None, ("1.25", "10"), ("1.25", "10")), 21),
    Model("gpt-4.1-nano-2025-04-14", Dialect.OPENAI, _BOTH, _prices("1.5", ("0.1", "0.4"), ("0.2", "0.8")), -28, 0.1),
    Model(
        "gpt-3.5-turbo-0125", Dialect.OPENAI, _SUPERVISED, _prices("8", ("0.5", "1.5"), ("3", "6")), -28, 2.0,
        "cl100k_base", 16_385,
    ),
)  # fmt: skip
_AZURE = (
    Model("gpt-4.1-2025-04-14", Dialect.AZURE, _BOTH, _prices("2", ("2", "8"), ("2", "8")), 145),
    Model("gpt-4.1-mini-2025-04-14", Dialect.AZURE, _BOTH, _prices(None, ("0.4", "1.6"), ("0.4", "1.6")), 145),
    Model("gpt-4.1-nano-2025-04-14", Dialect.AZURE, _BOTH, _prices(None, ("0.1", "0.4"), ("0.1", "0.4")), 145, 0.1),
    Model("gpt-4o-2024-08-06", Dialect.AZURE, _BOTH, _prices(None, ("2.5", "10"), ("2.5", "10")), 145),
    Model("o4-mini-2025-04-16", Dialect.AZURE, _REWARDED, _by_the_hour("100", ("1.1", "4.4"), ("1.1", "4.4")), 300, 1.0),
    Model("gpt-4o-mini-2024-07-18", Dialect.AZURE, _SUPERVISED, _prices(None, ("0.15", "0.6"), ("0.15", "0.6")), 145, 1.8),
)  # fmt: skip

_LLAMA, _QWEN = "meta-llama/Meta-Llama-3.1-8B-Instruct", "Qwen/Qwen2.5-7B-Instruct"
# Prices and vocabularies of its own: they are nobody's.
_COMPATIBLE = (
    Model(
        _LLAMA, Dialect.COMPATIBLE, _SUPERVISED, _prices("0.4", ("0.02", "0.06"), ("0.03", "0.09")), 400, 1.0,
        max_example_tokens=8_192, token_factor=1.12,
    ),
    Model(
        _QWEN, Dialect.COMPATIBLE, _SUPERVISED, _prices("0.5", ("0.04", "0.12"), ("0.04", "0.12")), 400, 1.0,
        max_example_tokens=32_768, token_factor=0.97,
    ),
)  # fmt: skip

MODELS = {(model.dialect, model.name): model for model in _OPENAI + _AZURE + _COMPATIBLE}

_STANDARD = "standard"
_V1_TIERS = {"GlobalStandard": "global", "Developer": "developer"}
_DATED_TIERS = {"globalstandard": "global", "developerTier": "developer"}
_TIER_FACTORS = {_STANDARD: Decimal("1.25"), "developer": Decimal("0.5")}

_ALIASES = {
    "gpt-4.1": "gpt-4.1-2025-04-14",
    "gpt-4.1-mini": "gpt-4.1-mini-2025-04-14",
    "gpt-4.1-nano": "gpt-4.1-nano-2025-04-14",
    "gpt-4o": "gpt-4o-2024-08-06",
    "gpt-4o-mini": "gpt-4o-mini-2024-07-18",
    "gpt-3.5-turbo": "gpt-3.5-turbo-0125",
    "gpt-5": "gpt-5-2025-08-07",
    "o4-mini": "o4-mini-2025-04-16",
}


def find(dialect: Dialect, name: str) -> Model | None:
    """The model of that name or alias; an Azure resource and its ARM door know the same models."""
    return MODELS.get((dialect, _ALIASES.get(name, name)))


def training_tier(training_type: str | None, api_version: str | None) -> str:
    """Which of Azure's tiers a job is billed at. What is spelt otherwise than its API wants is the standard one, in silence; so is
    everything in dated APIs that are older than tiers. `api_version` None = the undated v1.
    """
    if api_version is None:
        return _V1_TIERS.get(training_type or "", _STANDARD)
    return _DATED_TIERS.get(training_type or "", _STANDARD) if api_version >= "2025" else _STANDARD


def training_price(model: Model, tier: str | None) -> Decimal | None:
    """Known prices are those of Azure's global tier, and of OpenAI, which has no tiers."""
    price = model.prices.training
    return None if price is None else price * _TIER_FACTORS.get(tier or "", Decimal(1))
