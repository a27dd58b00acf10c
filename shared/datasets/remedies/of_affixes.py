"""Remedies for how prompts and completions begin and end: what says to the model where it shall answer, and where to stop.

Limits and suggestions are those of the old tool, see `legacy`.
"""

from dataclasses import dataclass
from typing import Any

from typing_extensions import override

from shared.datasets.remedies import inside
from shared.datasets.remedies.affixes import Unused, without_beginning
from shared.datasets.remedies.completion_mending import CompletionMending
from shared.datasets.remedies.inside import Row
from shared.datasets.remedies.mending import Lent
from shared.datasets.remedies.recipe import Change, Recipe, Step
from shared.datasets.remedies.remedy import Remedy
from shared.datasets.shapes import Shape

SEPARATORS = (" ->", "\n\n###\n\n", "\n\n===\n\n", "\n\n---\n\n", "\n\n===>\n\n", "\n\n--->\n\n")
LAST_SEPARATOR = "\n\n### =>\n\n"
ENDS = ("\n", ".", " END", "***", "+++", "&&&", "$$$", "@@@", "%%%")
LAST_END = " [END]"
LONGEST_HARMLESS_PROMPT_PREFIX = 12
SHORTEST_COMPLETION_PREFIX = 5


@dataclass
class AddPromptSuffix(CompletionMending):
    """A separator, where prompts do not end alike; the first of the list that no prompt holds."""

    suffix: str = ""

    @override
    def begin(self, shape: Shape, lent: Lent) -> None:
        super().begin(shape, lent)
        self._unused = Unused(SEPARATORS)

    @override
    def learn_texts(self, prompt: str, completion: str) -> None:
        super().learn_texts(prompt, completion)
        self._unused.learn(prompt)
        if "\n" in prompt:
            self._unused.drop(SEPARATORS[0])

    @property
    def wanted(self) -> str:
        """An empty text where no suffix is wanted."""
        if self.task.is_open_ended or self.prompts.suffix:
            return ""
        return self.suffix or self._unused.first(LAST_SEPARATOR)

    @override
    def mend_texts(self, row: Row, prompt: str, completion: str) -> Row:
        return inside.with_value(row, "prompt", prompt + self.wanted) if self.wanted else row

    @override
    def recipe(self) -> Recipe:
        return Recipe((Step(Change.PROMPT_SUFFIX_ADDED, self.wanted),)) if self.wanted else Recipe()

    @override
    def settled(self) -> dict[str, Any]:
        return {"suffix": self.wanted}


@dataclass
class StripPromptPrefix(CompletionMending):
    """An instruction that all prompts begin with: training makes it superfluous, and it is billed each time."""

    prefix: str = ""

    @property
    def unwanted(self) -> str:
        """The prefix that was given, otherwise the one that was found; an empty text where none is too long."""
        if self.prefix:
            return self.prefix
        prefix = self.prompts.prefix
        return prefix if len(prefix) > LONGEST_HARMLESS_PROMPT_PREFIX and not self.prompts.are_identical else ""

    @override
    def mend_texts(self, row: Row, prompt: str, completion: str) -> Row:
        rest = without_beginning(prompt, self.unwanted)
        return row if rest is prompt else inside.with_value(row, "prompt", rest)

    @override
    def recipe(self) -> Recipe:
        return Recipe((Step(Change.PROMPT_PREFIX_REMOVED, self.unwanted),)) if self.unwanted else Recipe()

    @override
    def settled(self) -> dict[str, Any]:
        return {"prefix": self.unwanted}


@dataclass
class StripCompletionPrefix(CompletionMending):
    """What all completions begin with; a leading space stays."""

    prefix: str = ""

    @property
    def unwanted(self) -> str:
        """The prefix that was given, otherwise the one that was found; an empty text where none is too long."""
        if self.prefix:
            return self.prefix
        prefix = self.completions.prefix
        if len(prefix) < SHORTEST_COMPLETION_PREFIX or self.completions.are_identical:
            return ""
        return prefix

    @override
    def mend_texts(self, row: Row, prompt: str, completion: str) -> Row:
        rest = without_beginning(completion, self.unwanted)
        if rest is completion:
            return row
        return inside.with_value(row, "completion", (" " if completion.startswith(" ") else "") + rest)

    @override
    def recipe(self) -> Recipe:
        return Recipe((Step(Change.ANSWER_PREFIX_REMOVED, self.unwanted),)) if self.unwanted else Recipe()

    @override
    def settled(self) -> dict[str, Any]:
        return {"prefix": self.unwanted}


@dataclass
class AddCompletionSuffix(CompletionMending):
    """An end to stop at, where completions do not end alike; labels need none."""

    suffix: str = ""

    @override
    def begin(self, shape: Shape, lent: Lent) -> None:
        super().begin(shape, lent)
        self._unused = Unused(ENDS)

    @override
    def learn_texts(self, prompt: str, completion: str) -> None:
        super().learn_texts(prompt, completion)
        self._unused.learn(completion)

    @property
    def wanted(self) -> str:
        """An empty text where no suffix is wanted."""
        if self.task.is_open_ended or self.task.is_classification or self.completions.suffix:
            return ""
        return self.suffix or self._unused.first(LAST_END)

    @override
    def mend_texts(self, row: Row, prompt: str, completion: str) -> Row:
        return inside.with_value(row, "completion", completion + self.wanted) if self.wanted else row

    @override
    def recipe(self) -> Recipe:
        return Recipe((Step(Change.ANSWER_SUFFIX_ADDED, self.wanted),)) if self.wanted else Recipe()

    @override
    def settled(self) -> dict[str, Any]:
        return {"suffix": self.wanted}


@dataclass
class AddLeadingSpace(CompletionMending):
    """Words are tokens with the space before them: so the first word of an answer should have one, too."""

    @override
    def begin(self, shape: Shape, lent: Lent) -> None:
        super().begin(shape, lent)
        self.is_lacking = False

    @override
    def learn_texts(self, prompt: str, completion: str) -> None:
        self.is_lacking = self.is_lacking or not completion.startswith(" ")

    @override
    def mend_texts(self, row: Row, prompt: str, completion: str) -> Row:
        return row if completion.startswith(" ") else inside.with_value(row, "completion", " " + completion)

    @override
    def recipe(self) -> Recipe:
        return Recipe((Step(Change.ANSWER_SPACE_ADDED),)) if self.is_lacking else Recipe()


COMPLETIONS = (Shape.COMPLETION,)
REMEDIES = (
    Remedy(
        "add_prompt_suffix",
        "End every prompt with a separator",
        (),
        AddPromptSuffix,
        COMPLETIONS,
        changes_inference=True,
    ),
    Remedy(
        "strip_prompt_prefix",
        "Remove what all prompts begin with",
        (),
        StripPromptPrefix,
        COMPLETIONS,
        changes_inference=True,
    ),
    Remedy(
        "strip_completion_prefix",
        "Remove what all completions begin with",
        (),
        StripCompletionPrefix,
        COMPLETIONS,
        changes_inference=True,
    ),
    Remedy(
        "add_completion_suffix",
        "End every completion with a text to stop at",
        (),
        AddCompletionSuffix,
        COMPLETIONS,
        changes_inference=True,
    ),
    Remedy(
        "add_leading_space",
        "Begin every completion with a space",
        (),
        AddLeadingSpace,
        COMPLETIONS,
        changes_inference=True,
    ),
)
