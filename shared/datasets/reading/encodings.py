"""In which encoding a text was saved, found out from its first bytes, always in the same way.

A mark at the beginning decides; then where the NULs of UTF-16 stand; then whether it is UTF-8; then whether it looks like
Chinese. Encodings of other scripts (Shift-JIS, KOI8-R, …) are told by what a text says in them: see `scripts`.
"""

import codecs
import re
from dataclasses import dataclass
from enum import StrEnum


class Encoding(StrEnum):
    UTF_8 = "utf-8"
    UTF_16_LE = "utf-16-le"
    UTF_16_BE = "utf-16-be"
    GB18030 = "gb18030"
    LATIN_1 = "latin-1"
    WINDOWS_1251 = "windows-1251"
    KOI8_R = "koi8-r"
    SHIFT_JIS = "shift-jis"
    EUC_JP = "euc-jp"
    EUC_KR = "euc-kr"
    BIG5 = "big5"

    @property
    def codec(self) -> str:
        """Python's name, of what is used under the name nearly always: Windows has more characters than the standards."""
        return _CODECS.get(self.value, self.value)

    @property
    def unit_bytes(self) -> int:
        return 2 if self in {Encoding.UTF_16_LE, Encoding.UTF_16_BE} else 1


_CODECS = {
    "latin-1": "cp1252",
    "windows-1251": "cp1251",
    "shift-jis": "cp932",
    "euc-kr": "cp949",
    "big5": "cp950",
}


@dataclass(frozen=True, slots=True)
class Encoded:
    encoding: Encoding
    has_mark: bool = False


MARKS = {
    codecs.BOM_UTF8: Encoding.UTF_8,
    codecs.BOM_UTF16_LE: Encoding.UTF_16_LE,
    codecs.BOM_UTF16_BE: Encoding.UTF_16_BE,
}
FEWEST_NULS = 0.01  # of all bytes: even a Chinese text has that many line feeds, commas and quotation marks
NULS_ON_ONE_SIDE = 0.9
VALID_FOR_EACH_FAULT = 4  # so many good sequences make a text UTF-8 in spite of one bad
LEAST_CHINESE = 0.6

# Rows 1 to 3 (punctuation, digits) and 16 to 55 (the common characters) of GB 2312. The letters with accents of Latin-1,
# where two of them meet, fall into the rows of rare characters behind.
_COMMON_CHINESE = re.compile(rb"[\xa1-\xa3\xb0-\xd7][\xa1-\xfe]")
_GB18030_CHARACTER = re.compile(rb"[\x81-\xfe](?:[\x40-\x7e\x80-\xfe]|[0-9][\x81-\xfe][0-9])")
_SIGN_OF_GB18030 = re.compile(rb"[\xa1-\xa9\xb0-\xd7][\xa1-\xfe]|[\x81-\x84][0-9][\x81-\xfe][0-9]|\xa8[\x40-\xa0]")
_UTF8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


def detect(sample: bytes, *, is_whole: bool) -> Encoded:
    """The encoding of a text that begins so. `is_whole` says that the sample was not cut, perhaps within a character."""
    for mark, encoding in MARKS.items():
        if sample.startswith(mark):
            return Encoded(encoding, has_mark=True)
    return Encoded(_utf_16(sample) or _without_nuls(sample, is_whole=is_whole))


def decodes(sample: bytes, codec: str, *, is_whole: bool) -> bool:
    try:
        codecs.getincrementaldecoder(codec)().decode(sample, final=is_whole)
    except UnicodeDecodeError:
        return False
    return True


def _utf_16(sample: bytes) -> Encoding | None:
    nuls = sample.count(0)
    if not nuls or nuls < FEWEST_NULS * len(sample):
        return None
    first_bytes = sample[::2].count(0)
    for encoding, share in ((Encoding.UTF_16_BE, first_bytes), (Encoding.UTF_16_LE, nuls - first_bytes)):
        if share >= NULS_ON_ONE_SIDE * nuls and decodes(sample[: len(sample) & ~1], encoding, is_whole=False):
            return encoding
    return None


def _without_nuls(sample: bytes, *, is_whole: bool) -> Encoding:
    if decodes(sample, "utf-8", is_whole=is_whole) or _is_damaged(sample, _UTF8_SEQUENCE):
        return Encoding.UTF_8
    is_sound = decodes(sample, "gb18030", is_whole=is_whole)
    if (is_sound or _is_damaged(sample, _GB18030_CHARACTER)) and _looks_chinese(sample):
        return Encoding.GB18030
    is_latin = decodes(sample, Encoding.LATIN_1.codec, is_whole=is_whole)
    return Encoding.GB18030 if is_sound and not is_latin and _has_its_signs(sample) else Encoding.LATIN_1


def _is_damaged(sample: bytes, character: re.Pattern[bytes]) -> bool:
    """Whether it holds far more sound characters beyond ASCII than bytes that belong to none."""
    rest, valid = character.subn(b"", sample)
    faults = sum(byte >= 0x80 for byte in rest)
    return valid >= VALID_FOR_EACH_FAULT * faults


def _has_its_signs(sample: bytes) -> bool:
    """Whether it holds hardly anything but signs and foreign letters of GB18030, as an English text may."""
    characters: list[bytes] = _GB18030_CHARACTER.findall(sample)
    signs = sum(bool(_SIGN_OF_GB18030.fullmatch(character)) for character in characters)
    return signs >= LEAST_CHINESE * len(characters)


def _looks_chinese(sample: bytes) -> bool:
    characters: list[bytes] = _GB18030_CHARACTER.findall(sample)
    common = sum(bool(_COMMON_CHINESE.fullmatch(character)) for character in characters)
    return bool(characters) and common >= LEAST_CHINESE * len(characters)
