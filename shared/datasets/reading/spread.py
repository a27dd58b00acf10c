"""Examples in JSON Lines that go on over several lines: printed prettily, or with line breaks inside their texts.

Looks ahead only from a line that begins an object and does not end it, and only as far as the object could reach. Each line
is looked at a fixed number of times, whatever the file holds. What is found can be mended; all else is passed on as it is.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shared.datasets.reading.encodings import Encoding
from shared.datasets.reading.lenient_json import LONGEST_MENDED, rewrite
from shared.datasets.reading.line import RawLine

MOST_LINES = 2_000

_TEXT_OR_BRACKET = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*("?)|[\[\]{}]', re.DOTALL)
_REST_OF_TEXT = re.compile(r'[^"\\]*(?:\\.[^"\\]*)*("?)', re.DOTALL)
_ASKS_FOR_MORE = ("[", ",", ":")
_BEGINNING = re.compile(r'\{\s*(?:["“\'][^"”\']{0,60}["”\'])?')


@dataclass(frozen=True, slots=True)
class Spread:
    """One example on several lines. `raw` is the first of them, `text` is all of them."""

    raw: RawLine
    text: str
    lines: int
    size_bytes: int


def with_spread_records(raws: Iterable[RawLine], encoding: Encoding) -> Iterator[RawLine | Spread]:
    """The lines in their order; where several make up one example that can be mended, that example in their place."""
    ahead = _Ahead(raws)
    in_vain_until = 0
    while (raw := ahead.take()) is not None:
        text = "" if raw.number <= in_vain_until or _ends_an_object(raw) else _decoded(raw, encoding)
        if not _goes_on(text):
            yield raw
            continue
        spread, looked_at = _look_ahead(raw, text, ahead, encoding)
        if spread is None:
            # These lines were looked at, and none of them ended what the first began: no use to begin anew within them.
            in_vain_until = looked_at
        yield spread or raw


class _Ahead:
    """Lines that can be looked at before they are taken."""

    def __init__(self, raws: Iterable[RawLine]) -> None:
        self._raws = iter(raws)
        self._held: deque[RawLine] = deque()

    def take(self) -> RawLine | None:
        return self._held.popleft() if self._held else next(self._raws, None)

    def drop(self, count: int) -> None:
        for _ in range(count):
            self._held.popleft()

    def look(self) -> Iterator[RawLine]:
        yield from list(self._held)
        for raw in self._raws:
            self._held.append(raw)
            yield raw


class _Balance:
    """Whether all brackets that were opened are closed, as far as straight quotation marks tell texts from the rest."""

    def __init__(self) -> None:
        self.depth = 0
        self.in_text = False

    def feed(self, line: str) -> None:
        at = 0
        if self.in_text:
            rest = _REST_OF_TEXT.match(line)
            if rest is None or not rest[1]:
                return
            self.in_text, at = False, rest.end()
        for token in _TEXT_OR_BRACKET.finditer(line, at):
            if token[0][0] == '"':
                self.in_text = not token[1]
            else:
                self.depth += 1 if token[0] in "[{" else -1

    @property
    def is_open(self) -> bool:
        return self.in_text or self.depth > 0


def _ends_an_object(raw: RawLine) -> bool:
    # Nearly every line does, in any encoding, and must not cost more than this.
    return raw.content.rstrip(b" \t\r\n\0").endswith(b"}")


def _decoded(raw: RawLine, encoding: Encoding) -> str:
    """The text of a line; nothing for one that is too long, or is no text at all."""
    if not raw.is_complete or raw.size_bytes > LONGEST_MENDED:
        return ""
    try:
        return raw.content.decode(encoding.codec).removeprefix("\ufeff")
    except UnicodeDecodeError:
        return ""


def _goes_on(text: str) -> bool:
    if not text.lstrip().startswith("{"):
        return False
    balance = _Balance()
    balance.feed(text)
    return balance.is_open


def _look_ahead(first: RawLine, text: str, ahead: _Ahead, encoding: Encoding) -> tuple[Spread | None, int]:
    """The example that begins here, if it can be mended, and the number of the last line that was looked at."""
    balance = _Balance()
    balance.feed(text)
    beginning = _beginning(text)
    texts, size, last = [text], first.size_bytes, first.number
    for raw in ahead.look():
        line = _decoded(raw, encoding)
        too_much = len(texts) == MOST_LINES or size + raw.size_bytes > LONGEST_MENDED
        is_another = _beginning(line) == beginning and not (
            beginning == "{" and texts[-1].rstrip().endswith(_ASKS_FOR_MORE)
        )
        if too_much or is_another or not raw.is_complete:
            break
        texts.append(line)
        size, last = size + raw.size_bytes, raw.number
        balance.feed(line)
        if not balance.is_open:
            break
    whole = "".join(texts).rstrip()
    if len(texts) == 1 or rewrite(whole) is None:
        return None, last
    ahead.drop(len(texts) - 1)
    return Spread(first, whole, len(texts), size), last


def _beginning(text: str) -> str | None:
    """By what the beginning of one example is known from the inside of another: the bracket and the first key, unindented."""
    begun = _BEGINNING.match(text)
    return begun[0].rstrip() if begun else None
