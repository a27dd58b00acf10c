"""A portion: the next few examples of a dataset that are shown in one request. Pure; reads no further than it must.

What is shown of an example is its texts, one after the other: not its images, its tools' definitions or its graders' keys.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from shared.datasets.moderation.sampling import Sample
from shared.datasets.quality.columns import texts_of
from shared.datasets.reading.jsonl import BYTE_ORDER_MARK, RawLine, raw_lines
from shared.datasets.shapes import Shape
from shared.datasets.validating.strict_rows import Judge

MOST_EXAMPLES = 32
MOST_CHARACTERS = 8_000
"""In one request. An account of OpenAI's lowest tier may have 10,000 tokens a minute moderated, and a larger request is refused
however long one waits.
"""
_CUT = "\n[…]\n"
_SEPARATOR = "\n\n"


@dataclass(frozen=True, slots=True)
class Position:
    """What is done with: so many lines, so many bytes, and so many well-formed examples in them."""

    line: int = 0
    offset: int = 0
    n_passed: int = 0


@dataclass(frozen=True, slots=True)
class Shown:
    """An example as it is shown. `place` counts well-formed examples from 0, `line` lines from 1."""

    line: int
    offset: int
    place: int
    text: str
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Portion:
    """`end` is where the next one begins, if this is not the last."""

    examples: list[Shown]
    end: Position
    is_last: bool


def next_portion(examples: BinaryIO, start: Position, shape: Shape, sample: Sample) -> Portion:
    """At most `MOST_EXAMPLES`, and `MOST_CHARACTERS`, of the examples from a position on that are chosen; one too long is cut."""
    shown: list[Shown] = []
    end, room = start, MOST_CHARACTERS
    for example, following in _examples(examples, start, shape, sample):
        if example is not None:
            room -= len(example.text)
            if shown and (room < 0 or len(shown) == MOST_EXAMPLES):
                return Portion(shown, end, is_last=False)
            shown.append(example)
        end = following
        if sample.is_over(end.n_passed):
            break
    return Portion(shown, end, is_last=True)


def cut(text: str) -> tuple[str, bool]:
    """As much of a text as is shown, its beginning and its end (where the answer is), and whether that is not all."""
    if len(text) <= MOST_CHARACTERS:
        return text, False
    half = (MOST_CHARACTERS - len(_CUT)) // 2
    return text[:half] + _CUT + text[-half:], True


def _examples(
    stream: BinaryIO, start: Position, shape: Shape, sample: Sample
) -> Iterator[tuple[Shown | None, Position]]:
    """Line by line, the example if it is well-formed and chosen, and the position after it."""
    judge = Judge(shape)
    stream.seek(start.offset)
    place = start.n_passed
    for raw in raw_lines(stream):
        line, offset = start.line + raw.number, start.offset + raw.offset
        row = judge.text(line, offset, _content(raw, line)).row if raw.is_complete and not raw.is_blank else None
        shown = None
        if row is not None:
            if sample.takes(place):
                text, is_cut = cut(_SEPARATOR.join(text.text for text in texts_of(row, shape) if text.text.strip()))
                shown = Shown(line, offset, place, text, is_cut) if text else None
            place += 1
        yield shown, Position(line, offset + raw.size_bytes, place)


def _content(raw: RawLine, line: int) -> bytes:
    return raw.content.removeprefix(BYTE_ORDER_MARK) if line == 1 else raw.content
