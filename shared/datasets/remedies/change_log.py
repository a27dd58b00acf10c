"""What a remedy did to a file: how often, on which lines first, and how that looks."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from shared.datasets.personal.pieces import piece
from shared.datasets.remedies.affixes import shared_beginning
from shared.datasets.remedies.mending import SourceRow

MOST_LINES = 20
MOST_SAMPLES = 3
LONGEST_SAMPLE = 240
BEFORE_THE_DIFFERENCE = 60


@dataclass(frozen=True, slots=True)
class Sample:
    """One line before and after, as JSON, cut to the surroundings of the first difference; "" after: left out.

    It may be stored and sent anywhere: personal data and secrets are masked in both.
    """

    line: int
    before: str
    after: str


@dataclass(slots=True)
class Record:
    """One remedy's part of the change log."""

    changed: int = 0
    dropped: int = 0
    lines: list[int] = field(default_factory=list)  # the first of those changed or dropped
    samples: list[Sample] = field(default_factory=list)

    @property
    def count(self) -> int:
        return self.changed + self.dropped

    def note(self, before: SourceRow, after: SourceRow | None) -> None:
        if after is None:
            self.dropped += 1
        else:
            self.changed += 1
        if len(self.lines) < MOST_LINES:
            self.lines.append(before.line)
        if len(self.samples) < MOST_SAMPLES:
            texts = (piece(text_of(source)) if source else "" for source in (before, after))
            self.samples.append(Sample(before.line, *_shown(*texts)))


def text_of(source: SourceRow) -> str:
    """The line as it would be written, without its end. Halves of characters are written as escapes."""
    if source.row is None:
        return source.raw
    said = json.dumps(source.row, ensure_ascii=False)
    return said if _can_be_encoded(said) else json.dumps(source.row)


def _can_be_encoded(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(before: str, after: str) -> Iterator[str]:
    start = max(0, len(shared_beginning(before, after)) - BEFORE_THE_DIFFERENCE)
    for text in (before, after):
        shown = ("…" if start and text else "") + text[start:]
        yield shown if len(shown) <= LONGEST_SAMPLE else shown[: LONGEST_SAMPLE - 1] + "…"
