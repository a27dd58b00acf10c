"""Whether a text says anything in the encoding as which it was read: a look at its letters beyond ASCII, and no dictionary.

Encodings of one byte fit every file, and those of Chinese fit much that is Korean: what comes out shows it.
"""

import re

from shared.datasets.reading.encodings import Encoding

UNBROKEN = 0.5
"""The share of letters beyond ASCII that stand three and more in a row: a European text has few such places."""
LETTERS_OF_GERMAN = 7
"""So many different ones stand in a row where somebody shows off umlauts; whole words in another script need more."""
FEWEST_FOREIGN = 5
"""Characters of different words without a letter of ASCII: of fewer nothing can be said."""
ODD = 0.05
"""The share of letters beyond ASCII that are odd where they stand, from which on a text is doubted."""
FREQUENT = 0.12
"""The share of the most frequent characters, below which a Chinese text is doubted; most have 0.3 and more."""

_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_TYPOGRAPHIC = "\u00a0–—…“”„‘’«»€•·°§™©®"
# The languages with words, or lists of letters, that are wholly beyond ASCII.
_ALPHABETS = (frozenset("æøå"), frozenset("åäö"), frozenset("äöüß"))
_WORD = re.compile(r"[A-Za-z\u0080-\U0010ffff]+")
_ASCII_LETTER = re.compile("[A-Za-z]")
_IN_A_ROW = re.compile(r"[^\x00-\x7f]{3,}")
# Signs in the midst of words, and letters of Icelandic: in Polish, Czech or Turkish texts others stand in their places.
_ODD_IN_WORDS = re.compile(r"(?<=[^\W\d_])[¹³¿¶¼¢£¥¦¬¤¨¸½¾ðÐþÞýÝ]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_FREQUENT_HAN = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成"
    "方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日者意无力它与长把机十请问您吗呢"
)


def is_no_latin(text: str) -> bool:
    """Whether a text that was read as Latin-1 must be another: its letters beyond ASCII make several whole words."""
    foreign = _foreign_words(text)
    letters_of_words = set("".join(foreign).lower())
    is_western = any(letters_of_words <= alphabet for alphabet in _ALPHABETS)
    if len(foreign) > 1 and sum(map(len, foreign)) >= FEWEST_FOREIGN and not is_western:
        return True
    letters = _BEYOND_ASCII.findall(text)
    in_a_row = "".join(_IN_A_ROW.findall(text))
    return len(set(in_a_row)) > LETTERS_OF_GERMAN and len(in_a_row) >= UNBROKEN * len(letters)


def _foreign_words(text: str) -> set[str]:
    """The different words without a letter of ASCII, where they are at least half of those with any other letter."""
    words = {word.strip(_TYPOGRAPHIC) for word in _WORD.findall(text)}
    foreign = set(filter(_is_foreign, words))
    n_with_other = sum(map(_has_other_letter, words))
    n_foreign = sum(map(_has_other_letter, foreign))
    return foreign if 2 * n_foreign >= n_with_other > 0 else set()


def _has_other_letter(word: str) -> bool:
    return not word.isascii() and any(letter > "\x7f" and letter.isalpha() for letter in word)


def _is_foreign(word: str) -> bool:
    return len(word) > 1 and not _ASCII_LETTER.search(word)


def says_something_in_chinese(text: str) -> bool:
    """Whether a short text holds mostly what every Chinese text is full of."""
    han = _HAN.findall(text)
    return 2 * sum(one in _FREQUENT_HAN for one in han) >= len(han) > 0


def is_uncertain(text: str, encoding: Encoding) -> bool:
    """Whether the letters are such as are rarely meant, or the encoding one that is only told by what the text says."""
    if encoding is Encoding.LATIN_1:
        return bool(_foreign_words(text)) or len(_ODD_IN_WORDS.findall(text)) > ODD * len(_BEYOND_ASCII.findall(text))
    if encoding is Encoding.GB18030:
        han = _HAN.findall(text)
        return sum(one in _FREQUENT_HAN for one in han) < FREQUENT * len(han)
    return encoding in {Encoding.WINDOWS_1251, Encoding.KOI8_R}  # one byte a letter fits any file
