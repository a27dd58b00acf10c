"""A remedy for labels that are spelt in several ways, where the answers of a file are labels."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from typing_extensions import override

from shared.datasets.quality.labels import LONGEST_LABEL, MOST_LABELS, are_labels, misspelt_labels
from shared.datasets.remedies import inside
from shared.datasets.remedies.inside import Row
from shared.datasets.remedies.mending import Lent, Mending
from shared.datasets.remedies.remedy import Remedy
from shared.datasets.shapes import Shape


@dataclass
class FixLabels(Mending):
    """Labels are replaced by those of the map; without a map, those that the report calls misspelt by what must be meant.

    What is not preferred stays: it may be the misspelling that shall be unlearnt.
    """

    learns: ClassVar[bool] = True

    labels: Mapping[str, str] = field(default_factory=dict)

    @override
    def begin(self, shape: Shape, lent: Lent) -> None:
        super().begin(shape, lent)
        self._seen: Counter[str] | None = Counter()
        self._found: Mapping[str, str] | None = None

    @override
    def learn(self, row: Row) -> None:
        answer = _taught(row, self.shape)
        if self._seen is not None and answer:
            self._seen[answer] += 1
            if len(answer) > LONGEST_LABEL or len(self._seen) > MOST_LABELS:
                self._seen = None  # these are no labels

    @override
    def mend_row(self, row: Row) -> Row | None:
        spellings = self._spellings()
        return _change_answers(row, self.shape, spellings) if spellings else row

    @override
    def settled(self) -> dict[str, Any]:
        return {"labels": dict(self._spellings())}

    def _spellings(self) -> Mapping[str, str]:
        if self.labels:
            return self.labels
        if self._found is None:
            self._found = misspelt_labels(self._seen) if self._seen and are_labels(self._seen) else {}
        return self._found


def _taught(row: Row, shape: Shape) -> str | None:
    """The answer that the example teaches, if it is one text."""
    if shape is Shape.COMPLETION:
        taught = row.get("completion")
    else:
        said = row.get("preferred_output" if shape is Shape.PREFERENCE else "messages")
        last = said[-1] if isinstance(said, list) and said else None
        taught = last.get("content") if isinstance(last, dict) and inside.role_of(last) == "assistant" else None
    return taught if isinstance(taught, str) else None


def _change_answers(row: Row, shape: Shape, spellings: Mapping[str, str]) -> Row:
    if shape is Shape.COMPLETION:
        answer = _taught(row, shape)
        return row if answer is None else inside.with_value(row, "completion", spellings.get(answer, answer))

    def change(messages: list[Any], _: object) -> list[Any]:
        return inside.unless_same(messages, [_change_message(message, spellings) for message in messages])

    changed = inside.change_lists(row, shape, change)
    rejected = inside.OUTPUTS[1]
    return inside.with_value(changed, rejected, row[rejected]) if rejected in row else changed


def _change_message(message: Any, spellings: Mapping[str, str]) -> Any:
    if inside.role_of(message) != "assistant" or not isinstance(message.get("content"), str):
        return message
    return inside.with_value(message, "content", spellings.get(message["content"], message["content"]))


REMEDIES = (
    Remedy(
        "fix_labels",
        "Spell each label in one way",
        ("label_typo",),
        FixLabels,
        frozenset(Shape) - {Shape.REINFORCEMENT},
        recommended=False,
    ),
)
