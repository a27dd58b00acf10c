"""How good an answer is, compared with a reference: a table of graders. Pure; asks nobody.

A grader gives a score from 0 to 1. Another one is a function and a line in `GRADERS`.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

# Languages written without spaces: each character is a token, as is usual for reading comprehension in them.
_CHARACTER = "\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_TOKEN = re.compile(rf"[{_CHARACTER}]|[^\s{_CHARACTER}]+")
_ARTICLES = {"a", "an", "the"}


@dataclass(frozen=True, slots=True)
class Grader:
    """`score(answer, reference)`; `pass_or_fail` says that it knows only 0 and 1."""

    score: Callable[[str, str], float]
    pass_or_fail: bool


def exact_match(answer: str, reference: str) -> float:
    """1 when both are the same text, however its accents are encoded and whatever white space surrounds it."""
    return float(_plain(answer) == _plain(reference))


def token_f1(answer: str, reference: str) -> float:
    """The harmonic mean of precision and recall over tokens, as SQuAD counts them.

    Case, punctuation, width and English articles do not count. Texts of nothing else are compared as they stand.
    """
    said, wanted = Counter(tokens(answer)), Counter(tokens(reference))
    if not said or not wanted:
        return exact_match(answer, reference)
    shared = (said & wanted).total()
    return 2 * shared / (said.total() + wanted.total())


def tokens(text: str) -> list[str]:
    """The tokens that `token_f1` compares."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(one for one in folded if not unicodedata.category(one).startswith("P"))
    return [token for token in _TOKEN.findall(kept) if token not in _ARTICLES]


GRADERS: dict[str, Grader] = {
    "exact_match": Grader(exact_match, pass_or_fail=True),
    "token_f1": Grader(token_f1, pass_or_fail=False),
}
"""Name → grader, as requests name them."""


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()
