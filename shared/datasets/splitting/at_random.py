"""A random split of a dataset into parts of exact sizes, in one pass, the same on every machine and at every time.

Chance comes from a hash of the seed and the example's place, not from `random`, whose order is promised to nobody.
Repetitions of an example may land in different parts; with a `plan` of their own they do not. `split` writes the parts of either.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import BinaryIO, Protocol

from shared.datasets.rewrite import content_lines
from shared.datasets.splitting.request import CannotSplitError as CannotSplitError


class Target(Protocol):
    """Where the examples of a part go."""

    def write(self, line: bytes, /) -> object:
        """Take one line, its end included."""
        ...


class Plan(Protocol):
    """How many examples each part gets, and the part of each example."""

    @property
    def sizes(self) -> tuple[int, ...]: ...

    def parts(self) -> Iterator[int]:
        """In the order of the examples."""
        ...


@dataclass(frozen=True, slots=True)
class SplitPlan:
    """How many examples each part gets. Every part gets at least one."""

    sizes: tuple[int, ...]
    seed: int

    def __post_init__(self) -> None:
        if len(self.sizes) < 2 or min(self.sizes) < 1:
            raise CannotSplitError(f"parts of {list(self.sizes)} examples: at least two are needed, and none empty")

    def parts(self) -> Iterator[int]:
        """The part of each example in its order.

        An example goes to a part with the chance (places left in the part) / (examples left): in the end every part
        has its size, and every split into these sizes was equally likely.
        """
        left = list(self.sizes)
        for index in range(sum(self.sizes)):
            part = _part_at(_draw(self.seed, index, below=sum(left)), left)
            left[part] -= 1
            yield part


def by_fraction(examples: int, fraction: float, seed: int) -> SplitPlan:
    """Two parts, the second with this fraction of the examples, rounded to the nearest, at least one and not all."""
    if not 0 < fraction < 1:
        raise CannotSplitError(f"a fraction lies between 0 and 1; {fraction} does not")
    # By the number as it is written: 0.1 means a tenth, not the binary number nearest to it.
    wished = round(Fraction(str(fraction)) * examples)
    held_out = min(max(1, wished), examples - 1)
    return SplitPlan((examples - held_out, held_out), seed)


def split(source: BinaryIO, plan: Plan, targets: Sequence[Target]) -> None:
    """Writes each example to the target of its part, in the order of the file, one line each and nothing else.

    Raises CannotSplitError if the file does not hold as many examples as the plan speaks of.
    """
    if len(targets) != len(plan.sizes):
        raise CannotSplitError(f"{len(plan.sizes)} parts cannot go to {len(targets)} targets")
    examples = (content for content in content_lines(source) if content)
    try:
        for content, part in zip(examples, plan.parts(), strict=True):
            targets[part].write(content + b"\n")
    except ValueError as error:
        raise CannotSplitError(f"the file does not hold the {sum(plan.sizes)} examples planned for") from error


def _draw(seed: int, index: int, below: int) -> int:
    digest = hashlib.sha256(f"{seed}:{index}".encode()).digest()
    return int.from_bytes(digest[:8]) * below >> 64


def _part_at(place: int, left: list[int]) -> int:
    part = 0
    while place >= left[part]:
        place -= left[part]
        part += 1
    return part
