"""Remedies that leave out whole examples: repetitions, contradictions, what is too long, what the report named.

Repetitions are remembered by digests of 64 bits, the first million of different examples: some hundred megabytes at most.
"""

import json
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import xxhash
from typing_extensions import override

from shared.datasets.remedies import inside
from shared.datasets.remedies.inside import Row
from shared.datasets.remedies.mending import LengthMending, Lent, Mending, SourceRow
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
class DropConflicting(Mending):
    """Examples that answer a prompt otherwise than the first example with it did; or all examples of such prompts."""

    learns: ClassVar[bool] = True

    keep: Literal["first", "none"] = "first"

    @override
    def begin(self, shape: Shape, lent: Lent) -> None:
        super().begin(shape, lent)
        self._first_answer: dict[int, int] = {}
        self._contradicted: set[int] = set()

    @override
    def learn(self, row: Row) -> None:
        prompt, answer = _prompt_and_answer(row, self.shape)
        if prompt is None:
            return
        if len(self._first_answer) < MOST_REMEMBERED:
            self._first_answer.setdefault(prompt, answer)
        if self._first_answer.get(prompt, answer) != answer:
            self._contradicted.add(prompt)

    @override
    def mend_row(self, row: Row) -> Row | None:
        prompt, answer = _prompt_and_answer(row, self.shape)
        if prompt is None or prompt not in self._contradicted:
            return row
        is_first = self._first_answer.get(prompt) == answer
        return row if is_first and self.keep == "first" else None


@dataclass
class DropOverLong(LengthMending):
    @override
    def mend_row(self, row: Row) -> Row | None:
        return None if self.is_over(row) else row


class DropLines(Mending):
    """Lines that the report named: what found them does not have to be found again."""

    code: ClassVar[str]

    @override
    def mend(self, source: SourceRow) -> SourceRow | None:
        return None if source.line in self.lent.lines.get(self.code, ()) else source


@dataclass
class DropNearDuplicates(DropLines):
    code: ClassVar[str] = "near_duplicate"


@dataclass
class DropRefusals(DropLines):
    code: ClassVar[str] = "refusal"


@dataclass
class DropFlagged(DropLines):
    code: ClassVar[str] = "moderation_flagged"


@dataclass
class DropSecrets(DropLines):
    code: ClassVar[str] = "secret"


def digest(value: object) -> int:
    """64 bits of a value's JSON: of 100 million files of half a million examples, one would lose an example wrongly."""
    said = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return xxhash.xxh3_64_intdigest(said.encode())


def _prompt_and_answer(row: Row, shape: Shape) -> tuple[int | None, int]:
    """Digests of what is asked and of what is answered; no prompt where there is not exactly one of both."""
    prompt: Any = None
    answer: Any = None
    if shape is Shape.COMPLETION:
        prompt, answer = row.get("prompt"), row.get("completion")
    elif shape is Shape.PREFERENCE:
        prompt, answer = row.get("input"), row.get("preferred_output")
    elif isinstance(row.get("messages"), list) and row["messages"]:
        *before, last = row["messages"]
        prompt, answer = [before, row.get("tools")] if before else None, last
        if inside.role_of(last) != "assistant":
            prompt = None
    return (None if not prompt else digest(prompt)), digest(answer)


LENGTH = (
    Remedy(
        "drop_over_long",
        "Leave out examples that are longer than the model takes",
        ("example_too_long", "example_too_long_for_some"),
        DropOverLong,
        recommended=False,
        needs="count_tokens",
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
        "Keep one answer to each prompt",
        ("conflicting_answers",),
        DropConflicting,
        ALL_SHAPES - {Shape.REINFORCEMENT},
        recommended=False,
    ),
)
UNWANTED = (
    Remedy(
        "drop_refusals",
        "Leave out examples that teach to refuse",
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
