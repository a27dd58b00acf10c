"""JSON as people paste it, written anew as JSON: word processors, Python and input methods each have a way of their own.

Curly, single and full-width marks, trailing and missing commas, comments, bare keys, Python's and JavaScript's words. Only
what stands between the texts is mended. Time is linear in the text; whatever would have to be guessed gives nothing.
"""

import json
import re
from dataclasses import dataclass
from enum import Enum, auto

from shared.datasets.reading.lenient_text import CLOSING, INVISIBLE, Departure, Hopeless, read_text

LONGEST_MENDED = 1_000_000  # characters
DEEPEST_MENDED = 64

_FULL_WIDTH = dict(zip("：，｛｝［］", ":,{}[]", strict=True))
_BLANK = re.compile(r"[ \t\r\n]+")
_INVISIBLE = re.compile(f"[{INVISIBLE}]+")
_COMMENT = re.compile(r"(?://|#)[^\n]*|/\*(?:[^*]|\*(?!/))*\*/")
_BARE_KEY = re.compile(r"[^\W\d][\w$-]*")
_WORD = re.compile(r"-?[^\W\d]\w*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![\w.])")
_CLOSER = {"{": "}", "[": "]"}
_JSON_WORDS = {"true", "false", "null"}
_OTHER_WORDS = {
    "True": ("true", "python_literal"),
    "False": ("false", "python_literal"),
    "None": ("null", "python_literal"),
    **dict.fromkeys(("NaN", "Infinity", "-Infinity"), ("null", "not_a_number")),
}


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The text as JSON, and where it was not: nowhere, if it was JSON before."""

    text: str
    departures: tuple[Departure, ...]


def rewrite(text: str) -> Rewritten | None:
    """The one JSON value that the text means; None if that would be a guess."""
    if len(text) > LONGEST_MENDED:
        return None
    try:
        return _Rewriting(text).run()
    except Hopeless:
        return None


class _Next(Enum):
    VALUE = auto()
    KEY = auto()
    COLON = auto()
    COMMA = auto()


class _Rewriting:
    """One way through a text. What is open stands in `_open`, what may come next in `_next`."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._written: list[str] = []
        self._departures: list[Departure] = []
        self._open: list[str] = []
        self._next = _Next.VALUE
        self._comma: int | None = None  # where a comma stands that has not been written yet
        self._behind = 0  # where what was written last ended

    def run(self) -> Rewritten:
        steps = {
            _Next.VALUE: self._value,
            _Next.KEY: self._key,
            _Next.COLON: self._colon,
            _Next.COMMA: self._comma_or_end,
        }
        while self._skip_between() < len(self._text):
            found = self._text[self._at]
            steps[self._next](_FULL_WIDTH.get(found, found))
        if self._open or self._next is not _Next.COMMA:
            raise Hopeless
        if self._comma is not None:
            self._depart("trailing_comma", self._comma, ",", "")
        return Rewritten("".join(self._written), tuple(self._departures))

    def _skip_between(self) -> int:
        """Goes on to the next mark that means something, and says where that is."""
        while True:
            if blank := _BLANK.match(self._text, self._at):
                self._at = blank.end()
            elif invisible := _INVISIBLE.match(self._text, self._at):
                self._depart("invisible_character", self._at, invisible[0], "")
                self._at = invisible.end()
            elif comment := _COMMENT.match(self._text, self._at):
                self._depart("comment_in_json", self._at, comment[0], "")
                self._at = comment.end()
            else:
                return self._at

    def _value(self, mark: str) -> None:
        if mark in _CLOSER:
            self._punctuate(mark)
            if len(self._open) == DEEPEST_MENDED:
                raise Hopeless
            self._open.append(mark)
            self._next = _Next.KEY if mark == "{" else _Next.VALUE
        elif mark == "]" and self._open and self._open[-1] == "[" and self._may_close():
            self._close(mark)
        elif mark in CLOSING:
            self._take_text()
            self._next = _Next.COMMA
        else:
            self._word_or_number()
            self._next = _Next.COMMA

    def _key(self, mark: str) -> None:
        if mark == "}" and self._may_close():
            self._close(mark)
            return
        if mark in CLOSING:
            self._take_text()
        elif bare := _BARE_KEY.match(self._text, self._at):
            quoted = json.dumps(bare[0], ensure_ascii=False)
            self._depart("unquoted_key", self._at, bare[0], quoted)
            self._write(quoted, bare.end())
        else:
            raise Hopeless
        self._next = _Next.COLON

    def _colon(self, mark: str) -> None:
        if mark != ":":
            raise Hopeless
        self._punctuate(mark)
        self._next = _Next.VALUE

    def _comma_or_end(self, mark: str) -> None:
        if mark == "," and self._comma is None:
            self._note_full_width(mark)
            self._comma = self._at
            self._at += 1
            self._next = self._next_item()
        elif self._open and mark == _CLOSER[self._open[-1]]:
            self._close(mark)
        elif self._open and self._is_without_comma(mark):
            self._depart("missing_comma", self._at, "", ",")
            self._comma = self._at
            self._next = self._next_item()
        else:
            raise Hopeless

    def _next_item(self) -> _Next:
        if not self._open:
            return _Next.COMMA  # a comma behind everything: nothing more may come
        return _Next.KEY if self._open[-1] == "{" else _Next.VALUE

    def _is_without_comma(self, mark: str) -> bool:
        """Whether another value begins here beyond doubt, and not the rest of a text with bare quotation marks in it."""
        if self._open[-1] == "{":
            return mark in CLOSING and (self._behind < self._at or self._written[-1] in "]}")
        if mark in CLOSING and self._written[-1].endswith('"'):
            return "\n" in self._text[self._behind : self._at]
        return self._behind < self._at or mark in _CLOSER or self._written[-1] in "]}"

    def _may_close(self) -> bool:
        return self._comma is not None or self._written[-1] in ("{", "[")

    def _close(self, mark: str) -> None:
        if self._comma is not None:
            self._depart("trailing_comma", self._comma, ",", "")
            self._comma = None
        self._punctuate(mark)
        self._open.pop()
        self._next = _Next.COMMA

    def _word_or_number(self) -> None:
        if number := _NUMBER.match(self._text, self._at):
            self._write(number[0], number.end())
            return
        word = _WORD.match(self._text, self._at)
        if not word:
            raise Hopeless
        if word[0] in _JSON_WORDS:
            self._write(word[0], word.end())
        elif other := _OTHER_WORDS.get(word[0]):
            meant, code = other
            self._depart(code, self._at, word[0], meant)
            self._write(meant, word.end())
        else:
            raise Hopeless

    def _take_text(self) -> None:
        taken = read_text(self._text, self._at)
        self._departures.extend(taken.departures)
        self._write(taken.written, taken.end)

    def _punctuate(self, mark: str) -> None:
        self._note_full_width(mark)
        self._write(mark, self._at + 1)

    def _note_full_width(self, mark: str) -> None:
        if self._text[self._at] != mark:
            self._depart("full_width_punctuation", self._at, self._text[self._at], mark)

    def _write(self, piece: str, end: int) -> None:
        if self._comma is not None:
            self._written.append(",")
            self._comma = None
        self._written.append(piece)
        self._at = self._behind = end

    def _depart(self, code: str, position: int, was: str, meant: str) -> None:
        self._departures.append(Departure(code, position, was, meant))
