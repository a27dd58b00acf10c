"""A remedy for labels that are spelt in several ways, where the answers of a file are labels."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from rapidfuzz.distance import DamerauLevenshtein
from typing_extensions import override

from shared.datasets.remedies import inside
from shared.datasets.remedies.inside import Row
from shared.datasets.remedies.mending import Lent, Mending
from shared.datasets.remedies.remedy import Remedy
from shared.datasets.shapes import Shape

LONGEST_LABEL = 60
MOST_LABELS = 500
LEAST_PER_LABEL = 3  # on average; with fewer, answers are not labels
SHORTEST_TYPO = 5  # shorter labels that differ in one letter may well be two labels
TYPO_AT_MOST = 0.05  # as frequent as the label that was meant


@dataclass
class FixLabels(Mending):
    """Labels are replaced by those of the map; without a map, by the most frequent spelling.

    Spellings are the same label if they differ in case and blanks, or if a rare one is one slip away from a frequent one.
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
        for answer in _answers(row, self.shape):
            if self._seen is not None:
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
            self._found = frequent_spellings(self._seen or Counter())
        return self._found


def frequent_spellings(seen: Counter[str]) -> dict[str, str]:
    """Each spelling that should be another one, and that other one."""
    if seen.total() < LEAST_PER_LABEL * len(seen):
        return {}
    groups: dict[str, Counter[str]] = {}
    for spelling, times in seen.items():
        groups.setdefault(" ".join(spelling.split()).casefold(), Counter())[spelling] = times
    meant = {label: _meant(label, groups) for label in groups}
    best = {label: group.most_common(1)[0][0] for label, group in groups.items()}
    wanted = {spelling: best[meant[label]] for label, group in groups.items() for spelling in group}
    return {spelling: other for spelling, other in wanted.items() if spelling != other}


def _meant(label: str, groups: Mapping[str, Counter[str]]) -> str:
    times = groups[label].total()
    near = [
        other
        for other, group in groups.items()
        if len(label) >= SHORTEST_TYPO
        and times <= TYPO_AT_MOST * group.total()
        and DamerauLevenshtein.distance(label, other, score_cutoff=1) == 1
    ]
    # Of several that may have been meant, none is.
    return near[0] if len(near) == 1 else label


def _answers(row: Row, shape: Shape) -> list[str]:
    if shape is Shape.COMPLETION:
        return [row["completion"]] if isinstance(row.get("completion"), str) else []
    messages = [message for said in inside.lists_in(row, shape) for message in said]
    said = [message.get("content") for message in messages if inside.role_of(message) == "assistant"]
    return [content for content in said if isinstance(content, str) and content.strip()]


def _change_answers(row: Row, shape: Shape, spellings: Mapping[str, str]) -> Row:
    if shape is Shape.COMPLETION:
        answers = _answers(row, shape)
        return inside.with_value(row, "completion", spellings.get(answers[0], answers[0])) if answers else row

    def change(messages: list[Any], _: object) -> list[Any]:
        return inside.unless_same(messages, [_change_message(message, spellings) for message in messages])

    return inside.change_lists(row, shape, change)


def _change_message(message: Any, spellings: Mapping[str, str]) -> Any:
    if inside.role_of(message) != "assistant" or not isinstance(message.get("content"), str):
        return message
    return inside.with_value(message, "content", spellings.get(message["content"], message["content"]))


REMEDIES = (
    Remedy(
        "fix_labels",
        "Spell each label in one way",
        ("label_typo", "label_seen_once"),
        FixLabels,
        frozenset(Shape) - {Shape.REINFORCEMENT},
        recommended=False,
    ),
)
