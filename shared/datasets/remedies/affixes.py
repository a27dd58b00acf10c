"""What the texts of a file have in common at their beginnings and ends, and whether they are labels: learnt in one pass.

Memory is bounded by the longest text and by a digest for each different completion.
"""

from collections.abc import Iterable, Sequence

import xxhash

from shared.datasets.remedies.inside import Row


class Affixes:
    """The longest beginning and the longest end that all texts share."""

    def __init__(self) -> None:
        self.prefix = self.suffix = ""
        self.longest = 0
        self._is_empty = True

    def learn(self, text: str) -> None:
        if self._is_empty:
            self.prefix = self.suffix = text
            self._is_empty = False
        self.prefix = shared_beginning(self.prefix, text)
        if not text.endswith(self.suffix):
            self.suffix = shared_beginning(self.suffix[::-1], text[::-1])[::-1]
        self.longest = max(self.longest, len(text))

    @property
    def are_identical(self) -> bool:
        """Every text is the same; also true of no text at all."""
        return len(self.prefix) == self.longest


class Unused:
    """Those of some texts that stand nowhere in the file."""

    def __init__(self, options: Iterable[str]) -> None:
        self._left = list(options)

    def learn(self, text: str) -> None:
        self._left = [option for option in self._left if option not in text]

    def drop(self, option: str) -> None:
        self._left = [other for other in self._left if other != option]

    def first(self, otherwise: str) -> str:
        return next(iter(self._left), otherwise)


class TaskType:
    """What a file of prompts and completions seems to be made for."""

    EACH_LABEL_AT_LEAST = 3  # examples on average

    def __init__(self) -> None:
        self._prompt_characters = 0
        self._examples = 0
        self._completions: set[int] = set()

    def learn(self, prompt: str, completion: str) -> None:
        self._examples += 1
        self._prompt_characters += len(prompt)
        self._completions.add(xxhash.xxh3_64_intdigest(completion.encode("utf-8", "surrogatepass")))

    @property
    def is_open_ended(self) -> bool:
        """No prompt says anything."""
        return not self._prompt_characters

    @property
    def is_classification(self) -> bool:
        return not self.is_open_ended and len(self._completions) * self.EACH_LABEL_AT_LEAST < self._examples

    @property
    def name(self) -> str:
        if self.is_open_ended:
            return "open-ended generation"
        return "classification" if self.is_classification else "conditional generation"


def texts_of(row: Row) -> Sequence[str] | None:
    """Prompt and completion; None if either is not a text."""
    prompt, completion = row.get("prompt"), row.get("completion")
    return (prompt, completion) if isinstance(prompt, str) and isinstance(completion, str) else None


def shared_beginning(one: str, other: str) -> str:
    if other.startswith(one):
        return one
    pairs = enumerate(zip(one, other, strict=False))
    return one[: next((place for place, (left, right) in pairs if left != right), min(len(one), len(other)))]


def without_beginning(text: str, beginning: str) -> str:
    """The text itself, if it does not begin so. It may have been lower-cased since the beginning was found."""
    begins = text.startswith((beginning, beginning.lower()))
    return text[len(beginning) :] if beginning and begins else text
