"""Remedies for prompts with their completions: those that are empty, long, or loud.

They follow the tool that providers once gave for such files, down to its limits; `legacy` plays the whole of it. What is
long is told by characters, as that tool did.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from msgspec import Meta
from typing_extensions import override

from shared.datasets.remedies import inside
from shared.datasets.remedies.characters import cased
from shared.datasets.remedies.completion_mending import CompletionMending
from shared.datasets.remedies.inside import Row
from shared.datasets.remedies.mending import Lent, Mending
from shared.datasets.remedies.recipe import Change, Recipe, Step
from shared.datasets.remedies.remedy import Remedy
from shared.datasets.shapes import Shape


@dataclass
class DropEmptyCompletions(Mending):
    minds_form_only: ClassVar[bool] = True

    @override
    def mend_row(self, row: Row) -> Row | None:
        return None if "completion" in row and row["completion"] in ("", None) else row


@dataclass
class DropLongExamples(CompletionMending):
    """By characters; texts without prompts may be as long as they like."""

    most_characters: Annotated[int, Meta(gt=0)] = 10_000

    @override
    def mend_texts(self, row: Row, prompt: str, completion: str) -> Row | None:
        is_long = len(prompt) + len(completion) > self.most_characters
        return None if is_long and not self.task.is_open_ended else row


class LowerCase(CompletionMending):
    """Where more than a third of a column's letters are capitals."""

    column: ClassVar[str]

    @override
    def begin(self, shape: Shape, lent: Lent) -> None:
        super().begin(shape, lent)
        self._capitals = self._small = 0

    @override
    def learn(self, row: Row) -> None:
        text = row.get(self.column)
        if isinstance(text, str):
            capitals, small = cased(text)
            self._capitals += capitals
            self._small += small

    @property
    def is_loud(self) -> bool:
        return self._capitals * 2 > self._small

    @override
    def mend_row(self, row: Row) -> Row | None:
        text = row.get(self.column)
        if not self.is_loud or not isinstance(text, str) or text.lower() == text:
            return row
        return inside.with_value(row, self.column, text.lower())


@dataclass
class LowerCasePrompts(LowerCase):
    column: ClassVar[str] = "prompt"

    @override
    def recipe(self) -> Recipe:
        return Recipe((Step(Change.PROMPT_LOWER_CASED),)) if self.is_loud else Recipe()


@dataclass
class LowerCaseCompletions(LowerCase):
    column: ClassVar[str] = "completion"


COMPLETIONS = (Shape.COMPLETION,)
EMPTY = (
    Remedy(
        "drop_empty_completions",
        "Leave out examples without a completion",
        ("empty_completion", "completion_not_text", "missing_completion"),
        DropEmptyCompletions,
        COMPLETIONS,
    ),
)
LONG = (
    Remedy(
        "drop_long_examples",
        "Leave out examples of more than 10,000 characters",
        ("example_too_long", "example_too_long_for_some"),
        DropLongExamples,
        COMPLETIONS,
    ),
)
LOUD = (
    Remedy(
        "lower_case_prompts",
        "Write prompts in lower case",
        (),
        LowerCasePrompts,
        COMPLETIONS,
        changes_inference=True,
    ),
    Remedy("lower_case_completions", "Write completions in lower case", (), LowerCaseCompletions, COMPLETIONS),
)
