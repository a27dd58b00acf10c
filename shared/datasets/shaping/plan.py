"""How a file says its examples, and what has to be known to read them: a Shaping.

Made by `recognition`, or from the mapping that a caller sends; kept with the dataset as JSON.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shared.datasets.shapes import Shape
from shared.datasets.shaping.columns import columns_of_context
from shared.datasets.shaping.mapping import Mapping


class Style(StrEnum):
    """The names of the four shapes mean: the rows are training examples already."""

    CHAT = "chat"
    PREFERENCE = "preference"
    REINFORCEMENT = "reinforcement"
    COMPLETION = "completion"
    MESSAGES = "messages"  # a chat in the manner of Anthropic, LMFlow or TRL
    MESSAGES_PAIR = "messages_pair"  # TRL: "prompt" and "completion" are lists of messages
    MESSAGES_PREFERENCE = "messages_preference"  # TRL, axolotl: "chosen" and "rejected" are messages
    SHAREGPT = "sharegpt"
    SHAREGPT_PREFERENCE = "sharegpt_preference"
    ALPACA = "alpaca"
    ALPACA_PREFERENCE = "alpaca_preference"
    TRANSCRIPT = "transcript"
    TRANSCRIPT_PREFERENCE = "transcript_preference"
    STORED_COMPLETION = "stored_completion"
    ANSWERS = "answers"
    TABLE = "table"
    TEXT = "text"


SHAPE_OF = {
    Style.CHAT: Shape.CHAT,
    Style.PREFERENCE: Shape.PREFERENCE,
    Style.REINFORCEMENT: Shape.REINFORCEMENT,
    Style.COMPLETION: Shape.COMPLETION,
    Style.MESSAGES: Shape.CHAT,
    Style.MESSAGES_PAIR: Shape.CHAT,
    Style.MESSAGES_PREFERENCE: Shape.PREFERENCE,
    Style.SHAREGPT: Shape.CHAT,
    Style.SHAREGPT_PREFERENCE: Shape.PREFERENCE,
    Style.ALPACA: Shape.CHAT,
    Style.ALPACA_PREFERENCE: Shape.PREFERENCE,
    Style.TRANSCRIPT: Shape.CHAT,
    Style.TRANSCRIPT_PREFERENCE: Shape.PREFERENCE,
    Style.STORED_COMPLETION: Shape.CHAT,
    Style.ANSWERS: Shape.CHAT,
    Style.TEXT: Shape.COMPLETION,
}
"""Of a table, the mapping tells the shape."""

TRAINING_STYLES = frozenset({Style.CHAT, Style.PREFERENCE, Style.REINFORCEMENT, Style.COMPLETION})


class Further(StrEnum):
    """What the lines after the first answer are, in a list of a question and answers."""

    ANSWERS = "answers"  # each is another answer to the question, and makes an example of its own
    TURNS = "turns"  # user and assistant go on by turns


@dataclass(frozen=True, slots=True)
class Shaping:
    """How rows become examples. A table has a mapping, the other styles have none."""

    style: Style
    mapping: Mapping | None = None
    further: Further = Further.ANSWERS

    def __post_init__(self) -> None:
        if (self.style is Style.TABLE) != (self.mapping is not None):
            raise ValueError(f"the style {self.style} and a mapping do not go together")

    @property
    def shape(self) -> Shape:
        return self.mapping.shape if self.mapping else SHAPE_OF[self.style]

    @property
    def is_plain(self) -> bool:
        """Whether rows are training examples as they stand."""
        return self.style in TRAINING_STYLES

    def as_dict(self) -> dict[str, Any]:
        """As JSON can hold it; `of` reads it."""
        mapping = self.mapping.as_dict() if self.mapping else None
        return {"style": str(self.style), "shape": str(self.shape), "mapping": mapping, "further": str(self.further)}

    @staticmethod
    def of(stored: dict[str, Any]) -> "Shaping":
        mapping = stored["mapping"]
        return Shaping(
            Style(stored["style"]), None if mapping is None else Mapping.of(mapping), Further(stored["further"])
        )


@dataclass(frozen=True, slots=True)
class Unshaped:
    """Nothing was recognised: these are the columns (or keys) there are, and this is what to do."""

    columns: tuple[str, ...]

    @property
    def message(self) -> str:
        if beside := columns_of_context(self.columns):
            return f'"{beside[0]}" may belong to the question: name it in a template if it does; {self._named}'
        return f"{self._named}; none of them is plainly the question or the answer"

    @property
    def _named(self) -> str:
        return "the columns are " + (", ".join(f'"{column}"' for column in self.columns[:20]) or "none")
