"""What is to become of examples: which shape they have, which they shall have, and how.

Every shape is left by way of a chat and entered from one, so that every direction is open.
"""

from dataclasses import dataclass, field
from typing import Any

from shared.datasets.shapes import Shape
from shared.datasets.shaping.mapping import RESERVED_KEYS


@dataclass(frozen=True, slots=True)
class Affixes:
    """What stands around prompts and completions only to part them: left off on the way to a chat, added on the way back."""

    separator: str = ""  # ends each prompt, such as " ->"
    stop: str = ""  # ends each completion, such as "\n"
    leading_space: bool = False  # begins each completion

    def strip(self, prompt: str, completion: str) -> tuple[str, str]:
        if self.leading_space:
            completion = completion.removeprefix(" ")
        return prompt.removesuffix(self.separator), completion.removesuffix(self.stop)

    def add(self, prompt: str, completion: str) -> tuple[str, str]:
        space = " " if self.leading_space and not completion.startswith(" ") else ""
        return prompt + self.separator, space + completion + self.stop


@dataclass(frozen=True, slots=True)
class Conversion:
    """How examples of one shape become examples of another."""

    source: Shape
    target: Shape
    affixes: Affixes = field(default_factory=Affixes)  # of completions
    system: str = ""  # said first in chats that are made from completions
    unroll: bool = False  # a chat of several answers becomes several chats, each of which trains one answer
    as_transcript: bool = False  # chats of several turns become completions, with the speakers written before each turn
    answer_key: str = "reference_answer"  # where reinforcement examples keep what graders compare with

    def __post_init__(self) -> None:
        if not self.answer_key or self.answer_key in RESERVED_KEYS:
            raise ValueError(f'"{self.answer_key}" cannot be the key of an answer')
        if self.unroll and self.source is not Shape.CHAT:
            raise ValueError(f"only chats are unrolled, and not examples of the shape {self.source}")

    def as_dict(self) -> dict[str, Any]:
        """As JSON can hold it; `of` reads it."""
        affixes = {name: getattr(self.affixes, name) for name in ("separator", "stop", "leading_space")}
        return {
            "source": str(self.source),
            "target": str(self.target),
            "affixes": affixes,
            "system": self.system,
            "unroll": self.unroll,
            "as_transcript": self.as_transcript,
            "answer_key": self.answer_key,
        }

    @staticmethod
    def of(stored: dict[str, Any]) -> "Conversion":
        known = dict(stored, source=Shape(stored["source"]), target=Shape(stored["target"]))
        return Conversion(**known | {"affixes": Affixes(**stored.get("affixes", {}))})
