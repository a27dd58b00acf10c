"""System messages: whether all examples have the same. A model that learnt with several must be asked with the right one."""

from array import array
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

from rapidfuzz import fuzz

from shared.datasets.findings import excerpt, found
from shared.datasets.personal.pieces import piece
from shared.datasets.quality.block import Block
from shared.datasets.quality.observer import Placed

MOST_DIFFERENT = 1_000  # beyond these, system messages are part of what an example says
MOST_MISSING = 100_000  # lines remembered
LONGEST_KEPT = 4_000  # characters: system messages that begin so much alike count as one
MOST_COMPARED = 50  # of the most frequent, with one another
ALIKE = 95  # percent
FEW_DIFFERENT = 20
MOST_SHOWN = 5


class Systems:
    name = "system_prompts"

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._first_lines: dict[str, int] = {}
        self._missing = array("I")
        self._examples = self._without = self._uncounted = 0

    def see(self, block: Block) -> tuple[Placed, ...]:
        systems = [system[:LONGEST_KEPT] for system in block.systems]
        of_block = Counter(systems)
        self._examples += len(block)
        self._without += of_block.pop("", 0)
        for system, times in of_block.items():
            if system in self._counts or len(self._counts) < MOST_DIFFERENT:
                self._counts[system] += times
                if system not in self._first_lines:
                    self._first_lines[system] = block.lines[systems.index(system)]
            else:
                self._uncounted += times
        lines = (line for line, system in zip(block.lines, systems, strict=True) if not system)
        self._missing.extend(islice(lines, MOST_MISSING - len(self._missing)))
        return ()

    def conclude(self) -> Iterator[Placed]:
        if 0 < self._without < self._examples / 2:
            for line in self._missing:
                message = f"{self._examples - self._without} of {self._examples} examples have a system message"
                yield line, found("system_prompt_missing", "", message)
        elif self._examples / 2 <= self._without < self._examples:
            yield 0, found("system_prompt_missing", "", f"{self._without} of {self._examples} examples have none")
        yield from self._nearly_equal()
        if 1 < len(self._counts) <= FEW_DIFFERENT and not self._uncounted:
            shown = "; ".join(
                f"{times} times {piece(system, 0, 40)!r}" for system, times in self._counts.most_common(MOST_SHOWN)
            )
            yield 0, found("system_prompt_varies", "", f"{len(self._counts)} different ones: {shown}")

    def _nearly_equal(self) -> Iterator[Placed]:
        frequent = [system for system, _ in self._counts.most_common(MOST_COMPARED)]
        for at, system in enumerate(frequent):
            for other in frequent[:at]:
                if fuzz.ratio(system, other, score_cutoff=ALIKE):
                    message = f"used {self._counts[system]} times; nearly the same is used {self._counts[other]} times"
                    yield self._first_lines[system], found("system_prompt_nearly_equal", "", message, system)
                    break

    def numbers(self) -> dict[str, Any]:
        """How many examples have none; how many different ones there are (at most 1,000 are told apart), the top few."""
        shown = self._counts.most_common(MOST_SHOWN)
        return {
            "without": self._without,
            "different": len(self._counts),
            "most_frequent": [{"text": excerpt(system), "examples": times} for system, times in shown],
        }
