"""Remedies that leave out whole examples: repetitions, contradictions, what is too long, what the report named.

Repetitions are remembered by digests of 64 bits, the first million of different examples: some hundred megabytes at most.
"""

from dataclasses import dataclass
from typing import ClassVar

import xxhash
from typing_extensions import override

from shared.datasets.remedies.inside import Row
from shared.datasets.remedies.mending import LengthMending, Lent, Mending, SourceRow, written_in_order
from shared.datasets.remedies.remedy import ALL_SHAPES, CONVERSATIONS, Remedy
from shared.datasets.shapes import Shape

MOST_REMEMBERED = 1_000_000


@dataclass
class DropDuplicates(Mending):
    """Keeps the first of examples that say the same; the order of keys does not matter."""

    @override
    def begin(self, shape: Shape, lent: Lent) -> None:
        super().begin(shape, lent)
        self._seen: set[int] = set()

    @override
    def mend_row(self, row: Row) -> Row | None:
        said = digest(row)
        if said in self._seen:
            return None
        if len(self._seen) < MOST_REMEMBERED:
            self._seen.add(said)
        return row


@dataclass
class DropOverLong(LengthMending):
    @override
    def mend_row(self, row: Row) -> Row | None:
        return None if self.is_over(row) else row


class DropLines(Mending):
    """Lines that the report named: what found them does not have to be found again."""

    codes: ClassVar[tuple[str, ...]]

    @override
    def mend(self, source: SourceRow) -> SourceRow | None:
        return None if any(source.line in self.lent.lines.get(code, ()) for code in self.codes) else source


@dataclass
class DropNearDuplicates(DropLines):
    codes: ClassVar[tuple[str, ...]] = ("near_duplicate",)


@dataclass
class DropRefusals(DropLines):
    codes: ClassVar[tuple[str, ...]] = ("refusal", "boilerplate")


@dataclass
class DropConflicting(DropLines):
    """The report names all answers to a prompt but the first, and only where they cannot both be right."""

    codes: ClassVar[tuple[str, ...]] = ("conflicting_answers",)


@dataclass
class DropFlagged(DropLines):
    codes: ClassVar[tuple[str, ...]] = ("moderation_flagged",)


@dataclass
class DropSecrets(DropLines):
    codes: ClassVar[tuple[str, ...]] = ("secret",)


def digest(value: object) -> int:
    """64 bits of a value's JSON: of 100 million files of half a million examples, one would lose an example wrongly."""
    return xxhash.xxh3_64_intdigest(written_in_order(value))


LENGTH = (
    Remedy(
        "drop_over_long",
        "Leave out examples that are longer than the model takes",
        ("example_too_long", "example_too_long_for_some"),
        DropOverLong,
        recommended=False,
        needs="count_tokens",
        asks_for="most_tokens",
    ),
)
REPETITIONS = (
    Remedy("drop_duplicates", "Leave out repetitions", ("duplicate_example",), DropDuplicates),
    Remedy(
        "drop_near_duplicates",
        "Leave out examples that say nearly the same as another",
        ("near_duplicate",),
        DropNearDuplicates,
        recommended=False,
        needs="lines",
    ),
    Remedy(
        "drop_conflicting",
        "Keep the first of answers that contradict each other",
        ("conflicting_answers",),
        DropConflicting,
        ALL_SHAPES - {Shape.REINFORCEMENT},
        recommended=False,
        needs="lines",
    ),
)
UNWANTED = (
    Remedy(
        "drop_refusals",
        "Leave out examples that refuse or speak of the AI that wrote them",
        ("refusal", "boilerplate"),
        DropRefusals,
        CONVERSATIONS | {Shape.COMPLETION},
        recommended=False,
        needs="lines",
    ),
    Remedy(
        "drop_flagged",
        "Leave out examples to which a provider's moderation objects",
        ("moderation_flagged",),
        DropFlagged,
        needs="lines",
    ),
    Remedy(
        "drop_secrets",
        "Leave out examples with passwords and keys",
        ("secret",),
        DropSecrets,
        recommended=False,
        needs="lines",
    ),
)
