"""The kinds of providers there are: each is one line here and the file that it names.

What must be known of a kind without asking anyone stands beside its name, so that nobody else need ask which kind it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

_MULTIPLIED = frozenset({"n_epochs", "batch_size", "learning_rate_multiplier"})
_REWARDED = _MULTIPLIED | {"compute_multiplier", "eval_interval", "eval_samples", "reasoning_effort"}
_A_HUNDREDTH_HOUR = 36
_OPEN_WEIGHT = frozenset(
    {"n_epochs", "batch_size", "learning_rate", "warmup_ratio", "weight_decay", "lora_r", "lora_alpha", "lora_dropout"}
)


@dataclass(frozen=True, slots=True)
class Traits:
    """What a kind is like. `implemented_by` is `module:class`; it is loaded when the first one is opened.

    `billed_by`, `billed_seconds_by`: bills come in whole numbers of so many tokens, and of so many seconds. `from_deployments`:
    models answer under names that are given to them at the provider. `self_described`: what can be trained, how and for how much
    stands on the connection, and nothing is known of what the server would choose by itself. `hyperparameters`: method → those
    that it takes; one that is not named here is not trained by. `fetches_files`: training files can be fetched from an address,
    in place of being sent.
    `request_bytes`: a larger file is sent in parts; None = it takes no parts. `integrations`: services that it tells of a training.
    """

    implemented_by: str
    suffix: str
    hyperparameters: Mapping[str, frozenset[str]]
    billed_by: int = 1
    billed_seconds_by: int = 1
    from_deployments: bool = False
    self_described: bool = False
    fetches_files: bool = False
    request_bytes: int | None = None
    integrations: frozenset[str] = frozenset()


_LOOKED_UP = Traits("", "", {})
"""Never a kind's: by its name alone a kind is looked up, not made."""


class ProviderKind(StrEnum):
    """A kind by the name that connections, the catalogue and the price book have for it."""

    traits: Traits

    OPENAI = (
        "openai",
        Traits(
            "shared.providers.openai:OpenAIProvider",
            r"[A-Za-z0-9_-]{1,64}",
            {"supervised": _MULTIPLIED, "dpo": _MULTIPLIED | {"beta"}, "reinforcement": _REWARDED},
            billed_seconds_by=_A_HUNDREDTH_HOUR,
            request_bytes=512_000_000,
            integrations=frozenset({"wandb"}),
        ),
    )
    AZURE = (
        "azure",
        Traits(
            "shared.providers.azure:AzureProvider",
            r"[A-Za-z0-9_-]{1,40}",
            {
                "supervised": _MULTIPLIED | {"prompt_loss_weight"},
                "dpo": _MULTIPLIED | {"beta", "l2_multiplier"},
                "reinforcement": _REWARDED,
            },
            billed_by=1_000,
            billed_seconds_by=_A_HUNDREDTH_HOUR,
            from_deployments=True,
            fetches_files=True,
        ),
    )
    COMPATIBLE = (
        "compatible",
        Traits(
            "shared.providers.compatible:CompatibleProvider",
            r"[A-Za-z0-9_-]{1,64}",
            {"supervised": _OPEN_WEIGHT},
            self_described=True,
        ),
    )

    def __new__(cls, name: str, traits: Traits = _LOOKED_UP) -> Self:
        made = str.__new__(cls, name)
        made._value_ = name
        made.traits = traits
        return made
