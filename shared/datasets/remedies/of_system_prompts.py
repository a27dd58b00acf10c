"""Remedies for system prompts that are missing or vary. The model must then be used with the same one: see the recipe."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, ClassVar

from typing_extensions import override

from shared.datasets.remedies import inside
from shared.datasets.remedies.inside import Message, Place, Row
from shared.datasets.remedies.mending import Lent, ListMending
from shared.datasets.remedies.recipe import Change, Recipe, Step
from shared.datasets.remedies.remedy import CONVERSATIONS, Remedy
from shared.datasets.shapes import Shape

MOST_COUNTED = 10_000
SYSTEMS = ("system", "developer")


class SystemPromptMending(ListMending):
    """Knows the system prompt to use: the one given, otherwise the most frequent one of the file."""

    learns: ClassVar[bool] = True
    minds_form_only: ClassVar[bool] = False
    text: str

    @override
    def begin(self, shape: Shape, lent: Lent) -> None:
        super().begin(shape, lent)
        self._seen: Counter[str] = Counter()
        self._most_frequent: str | None = None

    @override
    def learn(self, row: Row) -> None:
        self._most_frequent = None
        for messages in inside.lists_in(row, self.shape):
            for message in _systems(messages):
                if message["content"] in self._seen or len(self._seen) < MOST_COUNTED:
                    self._seen[message["content"]] += 1

    @property
    def wanted(self) -> str:
        """An empty text where none is given and the file has none."""
        if self.text or not self._seen:
            return self.text
        if self._most_frequent is None:  # asked for at every example
            # Of equally frequent ones the first of the file, as Counter promises.
            self._most_frequent = self._seen.most_common(1)[0][0]
        return self._most_frequent

    @override
    def recipe(self) -> Recipe:
        return Recipe((Step(Change.SYSTEM_PROMPT_SET, self.wanted),)) if self.wanted else Recipe()

    @override
    def settled(self) -> dict[str, Any]:
        return {"text": self.wanted}


@dataclass
class UnifySystemPrompt(SystemPromptMending):
    """Every system prompt becomes the one wanted; examples without one stay without."""

    text: str = ""

    @override
    def mend_list(self, messages: list[Any], place: Place) -> list[Any]:
        wanted = self.wanted
        systems = {id(message) for message in _systems(messages) if message["content"] != wanted}
        if not wanted or not systems:
            return messages
        return [inside.with_value(m, "content", wanted) if id(m) in systems else m for m in messages]


@dataclass
class AddSystemPrompt(SystemPromptMending):
    """Examples without a system prompt get the one wanted; the others keep theirs."""

    text: str = ""

    @override
    def mend_list(self, messages: list[Any], place: Place) -> list[Any]:
        has_one = any(inside.role_of(message) in SYSTEMS for message in messages)
        if place is Place.OUTPUT or has_one or not messages or not self.wanted:
            return messages
        return [{"role": "system", "content": self.wanted}, *messages]


def _systems(messages: list[Any]) -> list[Message]:
    systems = [message for message in messages if inside.role_of(message) in SYSTEMS]
    return [message for message in systems if isinstance(message.get("content"), str)]


REMEDIES = (
    Remedy(
        "unify_system_prompt",
        "Use one system prompt in place of several",
        ("system_prompt_varies", "system_prompt_nearly_equal"),
        UnifySystemPrompt,
        CONVERSATIONS,
        recommended=False,
        changes_inference=True,
    ),
    Remedy(
        "add_system_prompt",
        "Add the system prompt where it is missing",
        ("no_system_message", "system_prompt_missing"),
        AddSystemPrompt,
        CONVERSATIONS,
        recommended=False,
        changes_inference=True,
    ),
)
