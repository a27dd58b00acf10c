"""Traces of careless export in texts: wrong decoding, lost characters, control characters, HTML.

One quick search goes through all texts; what a trace means is asked only where there is one. Most blocks have none.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

import re2

from shared.datasets.findings import Finding, found
from shared.datasets.personal.pieces import piece
from shared.datasets.quality.block import Block
from shared.datasets.quality.haystack import Haystack
from shared.datasets.quality.observer import Placed

MOST_OF_BLOCK = 5_000  # places of one search; beyond them HTML is no leftover
HABIT = 0.2  # of all examples: who has HTML in so many of them writes about HTML
EXCERPT = 40  # characters before and after

_TRAILING = "[\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"  # bytes 80 to BF, as Latin-1 and Windows-1252 show them
DAMAGES = {
    # A lead byte of UTF-8, then as many trailing bytes as it announces.
    "mojibake": f"[ÃÂ]{_TRAILING}|(?:[ÐÑ]{_TRAILING}){{3}}|(?:[äåæçèé]{_TRAILING}{{2}}){{2}}"
    "|â€[\u0080-\u00bf™œž˜“”¦¢•]|ï»¿|锟斤拷|烫烫烫",
    "replacement_character": "\ufffd",
    "control_character": r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]",
    "invisible_character": "[\u200b\u2060\ufeff\u202e\u00ad]",
}
MESSAGES = {
    "mojibake": "UTF-8 that was read as Latin-1",
    "replacement_character": "U+FFFD stands for what could not be read",
    "control_character": "it is none that texts have",
    "invisible_character": "a character of no width",
    "html_leftover": "a tag or an entity of HTML",
}
HTML = (
    r"(?i)</(?:p|div|span|a|li|ul|ol|td|tr|table|b|i|em|strong|font|h[1-6])>|<br ?/?>|<p>"
    r"|&(?:nbsp|amp|lt|gt|quot|#\d{2,5});"
)
ABOUT_HTML = re.compile(r"(?i)```|<!doctype|<html|<body|<\?xml|\bhtml\b|</(?:script|style|head)>")

# In capitals, a word may end with Ã or Â and punctuation follow: “AMANHÃ”. Where a letter goes on, as in HÃ”TEL, it is damage.
_AFTER_CAPITALS = r"(?<=[A-ZÀ-ÖØ-Þ])[ÃÂ][\u00a0\u00ab\u00bb‚„…‹‘’“”•–—›](?![^\W\d_])"
_MOJIBAKE = {"mojibake": f"(?!{_AFTER_CAPITALS})(?:{DAMAGES['mojibake']})"}

_DAMAGED = re2.compile("|".join(DAMAGES.values()))
_EITHER = re2.compile("|".join([*DAMAGES.values(), HTML]))
_PATTERNS = {code: re.compile(pattern) for code, pattern in (DAMAGES | {"html_leftover": HTML} | _MOJIBAKE).items()}
_MARKED_UP = re2.compile(HTML)


class DamagedTexts:
    name = "damaged_texts"

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def see(self, block: Block) -> Iterator[Placed]:
        if not _EITHER.search(block.said.joined):
            return
        marked_up = _texts_with(_MARKED_UP, block.said)
        if len(marked_up) <= HABIT * len(block):
            yield from self._findings(block, marked_up, ("html_leftover",))
        yield from self._findings(block, _texts_with(_DAMAGED, block.said), tuple(DAMAGES))

    def _findings(self, block: Block, places: list[int], codes: tuple[str, ...]) -> Iterator[Placed]:
        told = set()
        for place in places:
            example = block.example_of(place)
            for code in codes:
                finding = _finding(code, block, place)
                if finding and (example, code) not in told:
                    told.add((example, code))
                    self._counts[code] += 1
                    yield block.lines[example], finding

    def conclude(self) -> tuple[Placed, ...]:
        return ()

    def numbers(self) -> dict[str, Any]:
        """How many examples have each kind of damage."""
        return dict(sorted(self._counts.items()))


def _finding(code: str, block: Block, place: int) -> Finding | None:
    text = block.texts[place]
    match = _PATTERNS[code].search(text)
    if not match or (code == "html_leftover" and ABOUT_HTML.search(text)):
        return None
    shown = piece(text, max(match.start() - EXCERPT, 0), match.end() + EXCERPT)
    return found(code, block.where(place), MESSAGES[code], shown)


def _texts_with(pattern: Any, said: Haystack) -> list[int]:
    offsets = [match.start() for match in islice(pattern.finditer(said.joined), MOST_OF_BLOCK)]
    return sorted(set(said.which(offsets).tolist()))
