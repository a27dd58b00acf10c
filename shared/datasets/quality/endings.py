"""How answers end: cut off in the middle of a sentence, or with spaces that others do not have.

An answer without a full stop is cut off only where nearly all others have one: what is usual in the file is the measure.
"""

import re
from array import array
from collections.abc import Iterator
from typing import Any

from shared.datasets.findings import found
from shared.datasets.quality.block import Block
from shared.datasets.quality.observer import Placed

LIST_ITEM = re.compile(r"\s*(?:[-*•+|#]|\d{1,3}[.)、])")
LONG_ANSWER = 80  # characters: shorter ones may do without a full stop
FEWEST_LONG = 20
EXCEPTIONS = 0.03  # of the long answers, at the most: more of them, and it is a habit
MOST_LINES = 20_000  # remembered


class Endings:
    name = "endings"

    def __init__(self) -> None:
        self._answers = self._long = self._cut = self._spaced = 0
        self._lines_cut, self._lines_spaced = array("I"), array("I")

    def see(self, block: Block) -> tuple[Placed, ...]:
        for line, answer in zip(block.lines, block.answers, strict=True):
            if answer:
                self._answers += 1
                self._look(line, answer)
        return ()

    def _look(self, line: int, answer: str) -> None:
        ending = answer[-1]
        if ending.isspace():
            self._spaced += 1
            if len(self._lines_spaced) < MOST_LINES:
                self._lines_spaced.append(line)
            ending = answer[-LONG_ANSWER:].rstrip()[-1:]
        if len(answer) >= LONG_ANSWER:
            self._long += 1
            if (ending.isalnum() or ending in (",", "，", "、")) and not LIST_ITEM.match(
                answer[answer.rfind("\n") + 1 :]
            ):
                self._cut += 1
                if len(self._lines_cut) < MOST_LINES:
                    self._lines_cut.append(line)

    def conclude(self) -> Iterator[Placed]:
        if self._long >= FEWEST_LONG and self._cut <= EXCEPTIONS * self._long:
            message = f"it ends without a full stop; so do {self._cut} of {self._long} long answers"
            yield from ((line, found("truncated_answer", "", message)) for line in self._lines_cut)
        if self._spaced < self._answers / 2:
            message = f"it ends with spaces; {self._answers - self._spaced} of {self._answers} answers do not"
            yield from ((line, found("uneven_whitespace", "", message)) for line in self._lines_spaced)

    def numbers(self) -> dict[str, Any]:
        """Of `answers`: the `long` ones, those of them that `end_open`, and all that `end_with_space`."""
        return {
            "answers": self._answers,
            "long": self._long,
            "end_open": self._cut,
            "end_with_space": self._spaced,
        }
