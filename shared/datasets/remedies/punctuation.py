"""Typographic and full-width punctuation, and the plain characters that stand for it. Words are left alone."""

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

KINDS = {"quotes": QUOTES, "full_width": FULL_WIDTH, "dashes": DASHES, "spaces": SPACES}


def plain_punctuation(text: str, kinds: Collection[str]) -> str:
    """The text with the punctuation of these kinds (see KINDS) in ASCII."""
    return text if text.isascii() else text.translate(_table(frozenset(kinds)))


@cache
def _table(kinds: frozenset[str]) -> dict[int, str]:
    return str.maketrans({old: new for kind in sorted(kinds & KINDS.keys()) for old, new in KINDS[kind].items()})
