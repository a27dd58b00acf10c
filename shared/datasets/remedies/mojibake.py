"""UTF-8 that was read as Windows-1252 or Latin-1, read as UTF-8 again.

A whole text goes back if all of it can; else the places where nothing else can have been meant. The five bytes that
Windows-1252 does not have stand for themselves, as browsers take them.
"""

import re

MOST_TIMES = 3  # that a text was read wrongly and written again
_CHARACTERS = {byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0xA0)}
_TO_LATIN = {ord(character): byte for byte, character in _CHARACTERS.items()}

_QUOTES = "‘’“”…–—"  # "AMANHÃ”" may well be a word in capitals before a closing quote
_LEAD = "Ã".encode()[:1]
_OTHERS = "".join({*map(chr, range(0x80, 0xC0)), *_CHARACTERS.values()} - {*_QUOTES})
_NEXT = f"[{re.escape(_OTHERS + _QUOTES)}]"

# The first byte of a character of UTF-8, and a byte that continues one.
_SUSPICIOUS = re.compile(
    f"[Â-ô][{re.escape(_OTHERS)}]|(?<![A-ZÀ-Þ])[Â-ô][{_QUOTES}]|[Â-ô][{_QUOTES}](?=[^\\W\\d_])",
)
_PLAIN_PLACES = re.compile(
    f"[ÂÃ][{re.escape(_OTHERS)}]|(?<![A-ZÀ-Þ])[ÂÃ][{_QUOTES}]|[ÂÃ][{_QUOTES}](?=[^\\W\\d_])"
    f"|(?:[ÐÑ]{_NEXT}){{3,}}|(?:[ã-é]{_NEXT}{{2}}){{2,}}|â[€‚„]{_NEXT}|ð[Ÿ\x9f]{_NEXT}{{2}}"
)


def decoded_anew(text: str) -> str:
    """The text as its author wrote it; the text itself where it is not plain that it was read wrongly."""
    for _ in range(MOST_TIMES):
        before, text = text, _decoded_once(text)
        if text == before:
            break
    return text


def may_be_mojibake(text: str) -> bool:
    """Whether it has a letter with which every suspicion begins: UTF-8 writes these with one byte, which is soon looked for."""
    return not text.isascii() and _LEAD in text.encode("utf-8", "surrogatepass")


def _decoded_once(text: str) -> str:
    if not may_be_mojibake(text) or not _SUSPICIOUS.search(text):
        return text
    whole = _decoded(text)
    return whole if whole is not None else _PLAIN_PLACES.sub(lambda place: _decoded(place[0]) or place[0], text)


def _decoded(text: str) -> str | None:
    try:
        return text.translate(_TO_LATIN).encode("latin-1").decode("utf-8")
    except UnicodeError:
        return None
