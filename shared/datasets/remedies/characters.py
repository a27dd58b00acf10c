"""Characters in one form: Unicode's normal forms, and plain punctuation for typographic and full-width one.

What a text says is not changed by it; that it reads the same to people is the point.
"""

import re
import sys
import unicodedata
from collections.abc import Collection
from functools import cache

QUOTES = {
    **dict.fromkeys("“”„‟«»", '"'),
    **dict.fromkeys("‘’‚‛", "'"),
}
FULL_WIDTH = {
    # The block mirrors ASCII; its letters and digits are the affair of NFKC.
    **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if not chr(code - 0xFEE0).isalnum()},
    "。": ".",
    "、": ",",
    "【": "[",
    "】": "]",
}
DASHES = {**dict.fromkeys("‐‑‒–—―", "-"), "…": "..."}
SPACES = dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u202f\u3000", " ")

CONTROLS = (*range(0x20), *range(0x7F, 0xA0))
# Zero-width space, word joiner, soft hyphen, marks of direction and of byte order.
INVISIBLE = (0x00AD, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF)
_UNSEEN = dict.fromkeys({*CONTROLS, *INVISIBLE} - set(map(ord, "\t\n\r")))

MOST_MARKS = 30

KINDS = {"quotes": QUOTES, "full_width": FULL_WIDTH, "dashes": DASHES, "spaces": SPACES}


def normal_form(text: str, form: str) -> str:
    """NFKC if asked for, otherwise NFC; without control characters and what cannot be seen.

    A text with more marks on one letter than Unicode's stream-safe format allows stays as it is: putting marks in order
    takes time that grows with the square of their number, and no language has so many.
    """
    seen = text.translate(_UNSEEN)
    if not seen.isascii() and _too_many_marks().search(seen):
        return text
    return unicodedata.normalize("NFKC" if form == "NFKC" else "NFC", seen)


@cache
def _too_many_marks() -> re.Pattern[str]:
    marks = [character for character in map(chr, range(sys.maxunicode + 1)) if _is_mark(character)]
    return re.compile(f"[{''.join(marks)}]{{{MOST_MARKS + 1}}}")


def _is_mark(character: str) -> bool:
    if not unicodedata.decomposition(character):
        return unicodedata.combining(character) > 0
    return all(map(unicodedata.combining, unicodedata.normalize("NFKD", character)))


def plain_punctuation(text: str, kinds: Collection[str]) -> str:
    """The text with the punctuation of these kinds (see KINDS) in ASCII."""
    return text if text.isascii() else text.translate(_table(frozenset(kinds)))


@cache
def _table(kinds: frozenset[str]) -> dict[int, str]:
    return str.maketrans({old: new for kind in sorted(kinds & KINDS.keys()) for old, new in KINDS[kind].items()})
