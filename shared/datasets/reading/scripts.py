"""Encodings of other scripts (Cyrillic, Japanese, Korean, traditional Chinese), told by what a text says in them.

Each fits many files that are in another, and then says nonsense: so a text must hold mostly what is frequent in the language,
far more of it than in any other encoding, and enough letters to judge by. Whatever is not so plain is not guessed at.
"""

import re
from dataclasses import dataclass

from shared.datasets.reading.encodings import Encoding, decodes

FEWEST_LETTERS = 12
AHEAD = 1.5  # times the next best

_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_HANGUL = re.compile("[\uac00-\ud7a3]")


@dataclass(frozen=True, slots=True)
class Script:
    """`frequent`: the characters of which a text in this encoding has at least the share `least`."""

    encoding: Encoding
    frequent: frozenset[str]
    least: float


_KANA = frozenset(map(chr, range(0x3041, 0x30FF)))
_CYRILLIC = frozenset("оеаинтсрвлкмдпуяыьгзбч")
_TRADITIONAL = frozenset(
    "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成"
    "方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日者意無力它與長把機十請問您嗎呢"
)
_SYLLABLES = frozenset(
    "이다는에을가의고하지로한니사요어아은도를기자해들나시서그대인있수리일정보면으거라게부습까주여세요안제원것없"
)
SCRIPTS = (
    Script(Encoding.SHIFT_JIS, _KANA, 0.3),
    Script(Encoding.EUC_JP, _KANA, 0.3),
    Script(Encoding.EUC_KR, _SYLLABLES, 0.25),
    Script(Encoding.BIG5, _TRADITIONAL, 0.15),
    Script(Encoding.WINDOWS_1251, _CYRILLIC, 0.7),
    Script(Encoding.KOI8_R, _CYRILLIC, 0.7),
)


def script_of(sample: bytes, *, is_whole: bool) -> Encoding | None:
    """The encoding in which a text says something, where that is plain; None where it is not."""
    ranked = sorted(((_told(sample, one, is_whole=is_whole), one) for one in SCRIPTS), key=lambda pair: -pair[0])
    (best, script), (second, _) = ranked[:2]
    return script.encoding if best >= 1 and best >= AHEAD * second else None


def may_be_korean(sample: bytes, *, is_whole: bool) -> bool:
    """Whether every letter beyond ASCII would be Korean: so it is with few Chinese texts, and those are short."""
    if not decodes(sample, Encoding.EUC_KR.codec, is_whole=is_whole):
        return False
    letters = _BEYOND_ASCII.findall(sample.decode(Encoding.EUC_KR.codec, errors="ignore"))
    return bool(letters) and all(map(_HANGUL.match, letters))


def _told(sample: bytes, script: Script, *, is_whole: bool) -> float:
    """How much of a text is frequent in the script, as a multiple of the least."""
    if not decodes(sample, script.encoding.codec, is_whole=is_whole):
        return 0.0
    letters = _BEYOND_ASCII.findall(sample.decode(script.encoding.codec, errors="ignore"))
    if len(letters) < FEWEST_LETTERS:
        return 0.0
    return sum(letter in script.frequent for letter in letters) / len(letters) / script.least
