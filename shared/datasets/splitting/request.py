"""What is asked of a split: how the parts are chosen, how large they are, and by which seed."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Any

TRAINING = "training"
HELD_OUT = ("held_out", "validation", "test")
PROMPT = "prompt"
"""The key that stands for an example's whole prompt."""


class CannotSplitError(ValueError):
    """The wished parts and the file do not go together."""


class Strategy(StrEnum):
    RANDOM = "random"
    STRATIFIED = "stratified"  # each label has the same share in all parts
    GROUPED = "grouped"  # examples with the same key stay together
    BY_TIME = "by_time"  # the oldest examples are trained on, the newest tested


NEEDS_KEY = {Strategy.GROUPED, Strategy.BY_TIME}


@dataclass(frozen=True, slots=True)
class SplitRequest:
    """A training part, and one or two parts held out from it; whatever is not held out is trained on.

    `held_out` says for `validation`, `test` or both, or for one part that is simply called `held_out`, how much they get: a
    number of examples (whole, at least 1) or a
    fraction of them (below 1). `key` is a JSON pointer into the examples: to the label (without one it is the last answer),
    to what groups them (or the word `prompt`), or to their time.

    Raises CannotSplitError if this makes no sense, whatever the file.
    """

    held_out: Mapping[str, float]
    strategy: Strategy = Strategy.RANDOM
    key: str | None = None
    seed: int = field(default=0)

    def __post_init__(self) -> None:
        if not self.held_out or not self.held_out.keys() <= set(HELD_OUT):
            raise CannotSplitError(f"what is held out is named {' or '.join(HELD_OUT)}, not {sorted(self.held_out)}")
        for name, wished in self.held_out.items():
            _check_size(name, wished)
        self._check_key()

    @property
    def parts(self) -> tuple[str, ...]:
        """Their names: training, then what is held out from it."""
        return (TRAINING, *(name for name in HELD_OUT if name in self.held_out))

    def sizes(self, examples: int) -> tuple[int, ...]:
        """How many of so many examples each part gets; at least one. Raises CannotSplitError if they do not suffice."""
        held_out = [_wished(self.held_out[name], examples) for name in self.parts[1:]]
        training = examples - sum(held_out)
        if training < 1:
            raise CannotSplitError(
                f"{sum(held_out)} of {examples} examples are to be held out: nothing is left to train on"
            )
        return (training, *held_out)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "strategy": self.strategy.value,
            "held_out": dict(self.held_out),
            "key": self.key,
            "seed": self.seed,
        }

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "SplitRequest":
        """What `as_dict` said."""
        return cls(said["held_out"], Strategy(said["strategy"]), said["key"], said["seed"])

    def _check_key(self) -> None:
        if self.strategy in NEEDS_KEY and self.key is None:
            raise CannotSplitError(f"a split {self.strategy.replace('_', ' ')} needs a key")
        if self.strategy is Strategy.RANDOM and self.key is not None:
            raise CannotSplitError("a random split looks at no key")
        is_prompt = self.key == PROMPT and self.strategy is Strategy.GROUPED
        if self.key is not None and not is_prompt and not self.key.startswith("/"):
            raise CannotSplitError(f'a key is a JSON pointer such as "/customer"; "{self.key}" is not')


def _check_size(name: str, wished: float) -> None:
    if isinstance(wished, bool) or not math.isfinite(wished) or wished <= 0:
        raise CannotSplitError(f"{name} gets a number of examples or a fraction of them; {wished} is neither")
    if wished >= 1 and wished != int(wished):
        raise CannotSplitError(f"{name} gets whole examples; {wished} is not a whole number")


def _wished(wished: float, examples: int) -> int:
    if wished >= 1:
        return int(wished)
    # By the number as it is written: 0.1 means a tenth, not the binary number nearest to it.
    return max(1, round(Fraction(str(wished)) * examples))
