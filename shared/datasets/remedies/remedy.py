"""What a remedy is: its name, what it mends, and the class that does it.

What each does stands in the modules named for what they mend (`of_lines`, `of_messages`, …), their order in `catalogue`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from shared.datasets.remedies.mending import Lent, Mending
from shared.datasets.shapes import Shape

ALL_SHAPES = frozenset(Shape)
CONVERSATIONS = frozenset({Shape.CHAT, Shape.PREFERENCE, Shape.REINFORCEMENT})


class InvalidChoiceError(ValueError):
    """The choice of remedies cannot be followed; the message says why."""


class InvalidParameterError(InvalidChoiceError):
    """A remedy was given a parameter that it does not have, or of a wrong kind."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A remedy to be applied, and the parameters that differ from its own."""

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Remedy:
    name: str
    title: str  # imperative, as a button would say it
    mends: tuple[str, ...]  # codes of findings; some are the quality report's
    kind: type[Mending]  # a dataclass: its fields are the parameters, all with defaults
    shapes: Collection[Shape] = ALL_SHAPES
    recommended: bool = True  # it mends a fault and loses nothing that can be trained on
    changes_inference: bool = False  # whoever uses the model must do the same to what is sent
    needs: str = ""  # the field of `Lent` without which it cannot be done
    asks_for: str = ""  # the parameter, a count, that nobody but who chooses the remedy can know

    def is_for(self, shape: Shape, lent: Lent) -> bool:
        return shape in self.shapes and (not self.needs or bool(getattr(lent, self.needs)))

    def begin(self, parameters: Mapping[str, Any], shape: Shape, lent: Lent) -> Mending:
        """The remedy at the beginning of a file. Raises InvalidParameterError."""
        known = set(self.kind.parameter_names())
        for name in parameters:
            if name not in known:
                raise InvalidParameterError(f'the remedy {self.name} has no parameter "{name}"')
        try:
            mending = msgspec.convert(dict(parameters), self.kind)
        except msgspec.ValidationError as error:
            raise InvalidParameterError(f"the remedy {self.name}: {error}") from error
        if self.asks_for and getattr(mending, self.asks_for) < 1:
            raise InvalidParameterError(f"the remedy {self.name} needs the parameter {self.asks_for}, at least 1")
        mending.begin(shape, lent)
        return mending
