"""Texts as they are written in JSON, read without their escapes: a word behind a written line end begins with its own first letter.

Every place in what is read has its place in what was written.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator

MOST_TIMES = 3
"""Arguments of a call are JSON within JSON; what is written thrice over is no example any more."""

_ESCAPE = re.compile(r'\\(?:u(?P<code>[0-9A-Fa-f]{4})|(?P<letter>[bfnrt"\\/]))')
_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class Reading:
    """A text, and where each of its characters was written."""

    def __init__(self, written: str) -> None:
        pieces: list[str] = []
        self._places, self._written = [0], [0]
        at = length = 0
        for escape in _ESCAPE.finditer(written):
            pieces += [written[at : escape.start()], _meant(escape)]
            length += escape.start() - at
            at = escape.end()
            self._note(length, escape.start())
            length += 1
            self._note(length, at)
        self.text = "".join([*pieces, written[at:]])

    def written_at(self, place: int) -> int:
        """The place in the written text of the character here."""
        last = bisect_right(self._places, place) - 1
        return self._written[last] + place - self._places[last]

    def _note(self, place: int, written: int) -> None:
        self._places.append(place)
        self._written.append(written)


def readings(written: str) -> Iterator[tuple[str, "list[Reading]"]]:
    """The text as it stands, then without its escapes as long as there are any, each with the readings that lead back."""
    way: list[Reading] = []
    text = written
    yield text, []
    while "\\" in text and len(way) < MOST_TIMES:
        way.append(Reading(text))
        text = way[-1].text
        yield text, [*way]


def _meant(escape: re.Match[str]) -> str:
    if escape["code"]:
        return chr(int(escape["code"], 16))
    return _LETTERS.get(escape["letter"], escape["letter"])
