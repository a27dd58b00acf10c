"""Encodings of other scripts (Cyrillic, Japanese, Korean, traditional Chinese), told by what a text says in them.

Each fits many files that are in another, and then says nonsense: so a text must hold mostly what is frequent in the language,
far more of it than in any other encoding, and enough letters to judge by. Whatever is not so plain is not guessed at.
Encodings of one byte fit every file: there the letters must also make words, by their case and by what follows what.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shared.datasets.reading.encodings import Encoding, decodes

FEWEST_LETTERS = 12
AHEAD = 1.5  # times the next best

_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_HANGUL = re.compile("[\uac00-\ud7a3]")


def _pairs(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


@dataclass(frozen=True, slots=True)
class Script:
    """`frequent`: the characters of which a text in this encoding has at least the share `least`."""

    encoding: Encoding
    frequent: frozenset[str]
    least: float


_KANA = frozenset(map(chr, range(0x3041, 0x30FF)))
_CYRILLIC = frozenset("оеаинтсрвлкмдпуяыьгзбч")
_CYRILLIC_ALPHABET = frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюяґєіїў")
_CYRILLIC_PAIRS = _pairs(
    "ст но то на ен ов ни ра во ко ро ос по ер го не ан ал ре пр ла ли ор ка ть ет ел от ол ом ло ль ва да те ин та ес де "
    "ри об он ск тр ав ле ве ог ат вы ми ой ам ты ит ил ем мо до ед ас из за ся ие ия аз ак ар им ис их ки ме нн ны ок ус "
    "ви ив ий чт че бы со се тв ти ый ых хо же ма мн нс ру уп ду од ча ля ня"
)
_FEWEST_PAIRS = 0.36
"""The share of familiar neighbours; a Russian, Ukrainian or Bulgarian text has half, one in another encoding a third at most."""
_GREEK_PAIRS = _pairs(
    "το τα τη αι ου ει στ ασ ησ οσ ισ εν αν ον κα ια να απ πο ρο με σε ερ αρ ρα τε ντ τι ατ λο οι εσ υσ ικ μα πρ δε θα ρι "
    "οτ ετ ιν μο σα λε γι ελ υπ ην ρε λα τω ων"
)
_MISSHAPEN = 0.03
"""The share of words with a capital in their midst, or with letters of no alphabet, from which on it is another encoding."""
# With a sign before it where Macintosh has a capital.
_CYRILLIC_WORD = re.compile(r"(?:(?<![\u0400-\u04ff])[‘’‚†‡€‰™])?[\u0400-\u04ff]+")
_GREEK_WORD = re.compile(r"[\u0370-\u03ff]+")
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
    text = sample.decode(script.encoding.codec, errors="ignore")
    letters = _BEYOND_ASCII.findall(text)
    if len(letters) < FEWEST_LETTERS:
        return 0.0
    told = sum(letter.lower() in script.frequent for letter in letters) / len(letters) / script.least
    if script.frequent is _CYRILLIC:
        return _familiar_in_cyrillic(sample, text) / _FEWEST_PAIRS if told >= 1 else 0.0
    return told


def _familiar_in_cyrillic(sample: bytes, text: str) -> float:
    """The share of familiar neighbours; 0 where capitals stand in the midst of words, or where it is as good a Greek text."""
    words = _CYRILLIC_WORD.findall(text)
    if sum(map(_is_misshapen, words)) > _MISSHAPEN * len(words):
        return 0.0
    share = _familiar(words, _CYRILLIC_PAIRS)
    greek = sample.decode("iso8859-7", errors="ignore").lower().replace("ς", "σ")
    return share if share > _familiar(_GREEK_WORD.findall(greek), _GREEK_PAIRS) else 0.0


def _familiar(words: Sequence[str], familiar: frozenset[str]) -> float:
    pairs = [word.lower()[at : at + 2] for word in words for at in range(len(word) - 1)]
    return sum(pair in familiar for pair in pairs) / max(1, len(pairs))


def _is_misshapen(word: str) -> bool:
    return not (word.isupper() or word[1:].islower() or len(word) == 1) or not _CYRILLIC_ALPHABET.issuperset(
        word.lower()
    )
