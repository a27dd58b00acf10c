"""Characters in one form: Unicode's normal forms, and plain punctuation for typographic and full-width one.

What a text says is not changed by it; that it reads the same to people is the point.
"""

import re
import string
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

_ANY_UNSEEN = re.compile(f"[{re.escape(''.join(map(chr, _UNSEEN)))}]")

CAPITALS, SMALL = string.ascii_uppercase.encode(), string.ascii_lowercase.encode()

MOST_MARKS = 30

KINDS = {"quotes": QUOTES, "full_width": FULL_WIDTH, "dashes": DASHES, "spaces": SPACES}


def normal_form(text: str, form: str) -> str:
    """NFKC if asked for, otherwise NFC; without control characters and what cannot be seen.

    A text with more marks on one letter than Unicode's stream-safe format allows stays as it is: putting marks in order
    takes time that grows with the square of their number, and no language has so many.
    """
    seen = text.translate(_UNSEEN) if _ANY_UNSEEN.search(text) else text
    if seen.isascii():
        return seen
    if _has_too_many_marks(seen):
        return text
    return unicodedata.normalize("NFKC" if form == "NFKC" else "NFC", seen)


def is_plain_ascii(text: str) -> bool:
    """Whether `normal_form` has nothing to do, NULs aside."""
    return text.isascii() and not _ANY_UNSEEN.search(text.replace("\0", ""))


def _has_too_many_marks(text: str) -> bool:
    suspected, known = _marks()
    return bool(suspected.search(text) and known.search(text))


@cache
def _marks() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What finds as many in a row as are too many: quickly, rare scripts and emoji taken for marks; and what makes sure."""
    marks = "".join(filter(_is_mark, map(chr, range(sys.maxunicode + 1))))
    frequent = "".join(mark for mark in marks if mark <= "\uffff") + "\U00010000-\U0010ffff"
    suspected, known = (re.compile(f"[{some}]{{{MOST_MARKS + 1}}}") for some in (frequent, marks))
    return suspected, known


def _is_mark(character: str) -> bool:
    if not unicodedata.decomposition(character):
        return unicodedata.combining(character) > 0
    return all(map(unicodedata.combining, unicodedata.normalize("NFKD", character)))


def plain_punctuation(text: str, kinds: Collection[str]) -> str:
    """The text with the punctuation of these kinds (see KINDS) in ASCII."""
    if text.isascii():
        return text
    any_of_them, table = _table(frozenset(kinds))
    return text.translate(table) if any_of_them.search(text) else text


@cache
def _table(kinds: frozenset[str]) -> tuple[re.Pattern[str], dict[int, str]]:
    """What finds one of them (looking is several times faster than replacing), and what replaces all."""
    table = {old: new for kind in sorted(kinds & KINDS.keys()) for old, new in KINDS[kind].items()}
    return re.compile(f"[{re.escape(''.join(table))}]" if table else r"(?!)"), str.maketrans(table)


def cased(text: str) -> tuple[int, int]:
    """How many of a text's letters are capitals, and how many are small."""
    plain = text.encode("ascii", "ignore")
    capitals, small = (len(plain) - len(plain.translate(None, case)) for case in (CAPITALS, SMALL))
    if len(plain) < len(text):
        letters = [letter for letter in text if letter > "\x7f" and letter.isalpha()]
        capitals += sum(map(str.isupper, letters))
        small += sum(map(str.islower, letters))
    return capitals, small
