"""What whoever uses a trained model must do to what is sent, and may do to what comes back: the inference recipe.

A remedy that changes what the model is used to adds a step. Steps are kept in the order in which the data was changed, so
that recipes compose by being put one behind the other: prompts go through them forwards, answers backwards. Sending
anything is not done here.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shared.datasets.remedies.affixes import without_beginning
from shared.datasets.remedies.characters import normal_form, plain_punctuation


class Change(StrEnum):
    """What was done to the training data."""

    PROMPT_LOWER_CASED = "prompt_lower_cased"
    PROMPT_PREFIX_REMOVED = "prompt_prefix_removed"
    PROMPT_SUFFIX_ADDED = "prompt_suffix_added"
    PROMPT_STRIPPED = "prompt_stripped"
    UNICODE_NORMALISED = "unicode_normalised"  # the text is the normal form: NFC or NFKC
    PUNCTUATION_NORMALISED = "punctuation_normalised"  # the text lists the kinds, parted by commas
    ANSWER_PREFIX_REMOVED = "answer_prefix_removed"
    ANSWER_SUFFIX_ADDED = "answer_suffix_added"  # the place at which the model shall be told to stop
    ANSWER_SPACE_ADDED = "answer_space_added"
    SYSTEM_PROMPT_SET = "system_prompt_set"


@dataclass(frozen=True, slots=True)
class Step:
    change: Change
    text: str = ""


@dataclass(frozen=True, slots=True)
class Recipe:
    steps: tuple[Step, ...] = ()

    def then(self, later: "Recipe") -> "Recipe":
        """The recipe of data that was prepared once, and then again."""
        return Recipe(self.steps + later.steps)

    @property
    def stop(self) -> tuple[str, ...]:
        """Texts to send as `stop`; the last one added is what the model ends with."""
        return self._texts(Change.ANSWER_SUFFIX_ADDED)[-1:]

    @property
    def system_prompt(self) -> str | None:
        """The system message to send first; None if the recipe knows of none."""
        texts = self._texts(Change.SYSTEM_PROMPT_SET)
        return texts[-1] if texts else None

    def apply_to_prompt(self, prompt: str) -> str:
        """The prompt (the user's text) as the model was trained to see it."""
        for step in self.steps:
            prompt = _apply(step, prompt)
        return prompt

    def strip_answer(self, answer: str) -> str:
        """The model's answer without what was only added to train it. A prefix that was removed is not put back."""
        for step in reversed(self.steps):
            if step.change is Change.ANSWER_SUFFIX_ADDED:
                answer = answer.partition(step.text)[0]
            elif step.change is Change.ANSWER_SPACE_ADDED:
                answer = answer.removeprefix(" ")
        return answer

    def as_list(self) -> list[dict[str, str]]:
        """JSON: one object for each step."""
        return [{"change": step.change.value, "text": step.text} for step in self.steps]

    @classmethod
    def of(cls, steps: Iterable[Mapping[str, Any]]) -> "Recipe":
        """The opposite of `as_list`. Raises ValueError for a change that is not known."""
        return cls(tuple(Step(Change(step["change"]), step["text"]) for step in steps))

    def _texts(self, change: Change) -> tuple[str, ...]:
        return tuple(step.text for step in self.steps if step.change is change)


def _apply(step: Step, prompt: str) -> str:
    change = _ON_PROMPTS.get(step.change)
    return prompt if change is None else change(prompt, step.text)


# What a step does to a prompt, given its text. The others are about answers, or about what is sent beside the prompt.
_ON_PROMPTS: dict[Change, Callable[[str, str], str]] = {
    Change.PROMPT_LOWER_CASED: lambda prompt, _: prompt.lower(),
    Change.PROMPT_PREFIX_REMOVED: without_beginning,
    Change.PROMPT_SUFFIX_ADDED: lambda prompt, suffix: prompt + suffix,
    Change.PROMPT_STRIPPED: lambda prompt, _: prompt.strip(),
    Change.UNICODE_NORMALISED: normal_form,
    Change.PUNCTUATION_NORMALISED: lambda prompt, kinds: plain_punctuation(prompt, kinds.split(",")),
}
