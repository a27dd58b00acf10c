"""Whether one label is a misspelling of another."""

import re

from rapidfuzz.distance import DamerauLevenshtein

# "valid" and "invalid" are two labels, whatever their distance.
OPPOSITES = ("un", "in", "im", "non", "dis", "not", "ab", "ir", "il", "no")
LETTERS_OF_ONE_SLIP = 5
LETTERS_OF_TWO_SLIPS = 9


def is_misspelling(label: str, frequent: str, *, is_rare: bool) -> bool:
    """Labels that differ in nothing but case, spaces and punctuation are one; a slip of the keyboard is rare besides."""
    one, other = _letters(label), _letters(frequent)
    if one == other:
        return label != frequent
    if not is_rare or not one or _digits(label) != _digits(frequent) or _are_opposite(one, other):
        return False
    slips = DamerauLevenshtein.distance(one, other, score_cutoff=2)
    shortest = min(len(one), len(other))
    return shortest >= LETTERS_OF_ONE_SLIP and (slips == 1 or (slips == 2 and shortest >= LETTERS_OF_TWO_SLIPS))


def _letters(label: str) -> str:
    # Where there is nothing but signs ("+" and "-", "<" and ">"), they are what is said.
    return re.sub(r"[\W_]+", "", label.casefold()) or label.strip()


def _digits(label: str) -> str:
    return re.sub(r"\D", "", label)


def _are_opposite(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return any(longer == prefix + shorter for prefix in OPPOSITES)
