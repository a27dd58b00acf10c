"""What a file for another trainer would lack of a dataset: examples that its format cannot say, and parts of others."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from shared.datasets.findings import Severity
from shared.datasets.shapes import Shape
from shared.datasets.shaping.exports.export import find_target, to_row
from shared.datasets.shaping.shaped import Example

MOST_NAMED = 20


@dataclass(slots=True)
class Loss:
    """One reason for which something is lost."""

    what: str  # a sentence
    leaves_out: bool  # the whole example
    examples: int = 0
    first: list[int] = field(default_factory=list)  # the first examples, counted from 1

    def add(self, number: int) -> None:
        self.examples += 1
        if len(self.first) < MOST_NAMED:
            self.first.append(number)


@dataclass(slots=True)
class Losses:
    """All that is lost of `examples` examples: `left_out` as a whole, `shortened` in part."""

    examples: int = 0
    left_out: int = 0
    shortened: int = 0
    reasons: dict[str, Loss] = field(default_factory=dict)

    @property
    def by_weight(self) -> list[Loss]:
        """Whole examples first, then the most frequent."""
        return sorted(self.reasons.values(), key=lambda loss: (not loss.leaves_out, -loss.examples))


def losses(examples: Iterable[Example], shape: Shape, name: str) -> Losses:
    """Goes through all the examples. Raises CannotExportError."""
    target = find_target(name, shape)
    lost = Losses()
    for number, example in enumerate(examples, start=1):
        made = to_row(example, shape, target)
        lost.examples = number
        lost.left_out += not made.examples
        lost.shortened += bool(made.examples and made.findings)
        # Of what is left out as a whole, it does not matter what else would be missing.
        said = {one.message for one in made.findings if made.examples or one.severity is Severity.ERROR}
        for what in said:
            lost.reasons.setdefault(what, Loss(what, leaves_out=not made.examples)).add(number)
    return lost
