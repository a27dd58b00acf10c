"""Answers that are labels: how many examples each has, and which of them are misspelt or hardly ever seen.

Answers count as labels while they are short and few are different; from the first block on which they are not, nothing more is
looked at.
"""

from collections import Counter
from collections.abc import Iterator
from statistics import median
from typing import Any

from shared.datasets.findings import excerpt, found
from shared.datasets.quality.block import Block
from shared.datasets.quality.observer import Placed
from shared.datasets.quality.spelling import is_misspelling

LONGEST_LABEL = 60  # characters
MOST_LABELS = 200
FEWEST_EXAMPLES = 20
EXAMPLES_PER_LABEL = 4  # on average, at the least: fewer, and the answers are texts that happen to be short
RARE = 20  # how many times rarer than another label a misspelling of it is
IMBALANCE = 20  # how many times more examples the largest label has than the middle one
MOST_LINES = 50  # remembered of each label, while it is rare
MOST_SHOWN = 50


class Labels:
    name = "labels"

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lines: dict[str, list[int]] = {}
        self._are_free = False

    def see(self, block: Block) -> tuple[Placed, ...]:
        if self._are_free:
            return ()
        of_block = Counter(answer for answer in block.answers if answer)
        self._counts.update(of_block)
        self._are_free = len(self._counts) > MOST_LABELS or any(len(answer) > LONGEST_LABEL for answer in of_block)
        if self._are_free:
            self._counts.clear()
            self._lines.clear()
            return ()
        for line, answer in zip(block.lines, block.answers, strict=True):
            lines = self._lines.setdefault(answer, []) if answer else []
            if len(lines) < MOST_LINES:
                lines.append(line)
        return ()

    @property
    def _are_labels(self) -> bool:
        return are_labels(self._counts)

    def conclude(self) -> Iterator[Placed]:
        if not self._are_labels:
            return
        if len(self._counts) == 1:
            (label,) = self._counts
            yield 0, found("one_answer_only", "", f"all {self._counts[label]} examples have the same answer", label)
            return
        misspelt = misspelt_labels(self._counts)
        for label, meant in misspelt.items():
            for line in self._lines[label]:
                message = f"{self._counts[label]} examples say this, {self._counts[meant]} say {meant!r}"
                yield line, found("label_typo", "", message, label)
        for label, times in self._counts.items():
            if times == 1 and label not in misspelt:
                yield self._lines[label][0], found("label_seen_once", "", "no other example has this label", label)
        yield from self._imbalance(
            [times for label, times in self._counts.items() if times > 1 and label not in misspelt]
        )

    def _imbalance(self, regular: list[int]) -> Iterator[Placed]:
        """`regular` has the counts of the labels that are neither misspelt nor seen once."""
        label, most = self._counts.most_common(1)[0]
        middle = median(regular or [most])
        share = most / self._counts.total()
        if most >= IMBALANCE * middle or share > 1 - 1 / IMBALANCE:
            message = f"{most} of {self._counts.total()} examples have this label; the middle one of all has {middle:g}"
            yield 0, found("label_imbalance", "", message, label)

    def numbers(self) -> dict[str, Any]:
        """`labels`: the most frequent, with how many examples have each; empty where answers are no labels."""
        most = self._counts.most_common(MOST_SHOWN) if self._are_labels else []
        shown: Counter[str] = Counter()
        for label, times in most:
            shown[excerpt(label)] += times  # two may look alike where personal data are hidden
        return {
            "are_labels": self._are_labels,
            "different": len(self._counts) if shown else None,
            "labels": dict(shown),
        }


def are_labels(counts: Counter[str]) -> bool:
    """Whether answers, counted, are few enough and short enough to be labels."""
    examples = counts.total()
    are_few = len(counts) <= MOST_LABELS and examples >= max(FEWEST_EXAMPLES, EXAMPLES_PER_LABEL * len(counts))
    return are_few and all(len(answer) <= LONGEST_LABEL for answer in counts)


def misspelt_labels(counts: Counter[str]) -> dict[str, str]:
    """Each misspelt label with the frequent one that must be meant."""
    ordered = [label for label, _ in counts.most_common()]
    meant: dict[str, str] = {}
    for at, label in enumerate(ordered):
        frequent = (other for other in ordered[:at] if other not in meant)
        for other in frequent:
            is_rare = counts[label] <= max(2, counts[other] // RARE) < counts[other]
            if is_misspelling(label, other, is_rare=is_rare):
                meant[label] = other
                break
    return meant
