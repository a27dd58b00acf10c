"""Whether one label is a misspelling of another.

What is neither a letter, a blank nor a full stop at the end tells labels apart: "C", "C++" and "C#" are three, "1" and "-1" two.
"""

import re

from rapidfuzz.distance import DamerauLevenshtein

# "valid" and "invalid" are two labels, whatever their distance.
NEGATIONS = ("un", "in", "im", "non", "dis", "not", "ab", "ir", "il", "no", "a")
# Beginnings and ends that say the opposite of each other, and share letters as misspellings do.
OPPOSITES = (("micro", "macro"), ("inter", "intra"))
OPPOSITE_ENDS = (("er", "ee"), ("or", "ee"))
LETTERS_OF_ONE_SLIP = 5
LETTERS_OF_TWO_SLIPS = 9

_WORD = re.compile(r"[^\W\d_]+")
_SEPARATORS = re.compile(r"(?<=[^\W\d_])[\s_-]+(?=[^\W\d_])")


def is_misspelling(label: str, frequent: str, *, is_rare: bool) -> bool:
    """Labels that differ in nothing but case, blanks and a full stop at the end are one; a slip of the keyboard is rare besides."""
    if _plain(label) == _plain(frequent):
        return label != frequent
    return is_rare and _is_slip(_SEPARATORS.sub(" ", label.casefold()), _SEPARATORS.sub(" ", frequent.casefold()))


def _plain(label: str) -> str:
    return "".join(label.casefold().split()).removesuffix(".")


def _is_slip(label: str, frequent: str) -> bool:
    """Whether but one of the words differs, and not much."""
    if _WORD.sub("x", label) != _WORD.sub("x", frequent):
        return False
    pairs = zip(_WORD.findall(label), _WORD.findall(frequent), strict=True)
    differing = [pair for pair in pairs if pair[0] != pair[1]]
    return not differing or (len(differing) == 1 and _is_slip_in_word(*differing[0]))


def _is_slip_in_word(one: str, other: str) -> bool:
    slips = DamerauLevenshtein.distance(one, other, score_cutoff=2)
    shortest = min(len(one), len(other))
    if slips > 2 or shortest < (LETTERS_OF_ONE_SLIP if slips == 1 else LETTERS_OF_TWO_SLIPS):
        return False
    return not _are_opposite(one, other) and not _is_another_word(one, other, slips)


def _are_opposite(one: str, other: str) -> bool:
    both_ways = ((one, other), (other, one))
    return (
        any(word == negation + rest for word, rest in both_ways for negation in NEGATIONS)
        or any(a.startswith(x) and b == y + a.removeprefix(x) for a, b in both_ways for x, y in OPPOSITES)
        or any(a.endswith(x) and b == a.removesuffix(x) + y for a, b in both_ways for x, y in OPPOSITE_ENDS)
    )


def _is_another_word(one: str, other: str, slips: int) -> bool:
    """Whether two letters that stand together became others: "increase" and "decrease"; fingers slip here and there."""
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    one, other = one[start:], other[start:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    return slips == 2 and not set(one) & set(other)
