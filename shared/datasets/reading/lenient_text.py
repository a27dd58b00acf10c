"""Texts between quotation marks as people paste them: which mark ends one, and what it is in JSON.

What stands between the marks is carried over as it is. A text whose end could only be guessed is given up.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

INVISIBLE = "\ufeff\u200b-\u200f\u2060\u00a0\u3000\u2028\u2029\u180e\u2000-\u200a\u202f\u205f\x0b\x0c"


class Hopeless(Exception):
    """More than guessing would be needed."""


@dataclass(frozen=True, slots=True)
class Departure:
    """Where a text departs from JSON: the code of its finding, the character (from 0), what is there, what was meant."""

    code: str
    position: int
    was: str
    meant: str


@dataclass(frozen=True, slots=True)
class LenientText:
    """A text in JSON, the position behind its closing mark, and what was wrong with it."""

    written: str
    end: int
    departures: tuple[Departure, ...] = ()


_DOUBLE = "“”„‟＂«»"
_SINGLE = "‘’‚‛"
CLOSING = {'"': '"', "'": "'", **dict.fromkeys(_DOUBLE, _DOUBLE + '"'), **dict.fromkeys(_SINGLE, _SINGLE + "'")}
"""Which marks may end a text that begins with a mark. Word processors turn some marks and miss others."""

_STRICT = re.compile(r'"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*"')
_PIECE = re.compile(
    rf"""(?P<plain>[^\\\x00-\x1f"'{_DOUBLE}{_SINGLE}]+)
    | (?P<mark>["'{_DOUBLE}{_SINGLE}])
    | (?P<escape>\\(?:["\\/bfnrt]|u[0-9a-fA-F]{{4}}))
    | \\(?P<escaped_mark>['{_DOUBLE}{_SINGLE}])
    | \\x(?P<byte>[0-9a-fA-F]{{2}})
    | (?P<control>[\x01-\x1f]+)""",
    re.VERBOSE,
)
# A mark that is not the plain one of JSON also occurs within texts; it ends one only where a text can end.
_CAN_END = re.compile(rf"[ \t{INVISIBLE}]*(?:\Z|[,:\]}}，：］｝\r\n#]|//|/\*)")


def read_text(source: str, start: int) -> LenientText:
    """The text whose opening mark stands at `start`. Raises Hopeless."""
    if strict := _STRICT.match(source, start):
        return LenientText(strict[0], strict.end())
    mark = source[start]
    departures = [Departure(_MARK_CODES.get(mark, "curly_quotes"), start, mark, '"')] if mark != '"' else []
    written = ['"']
    at = start + 1
    while piece := _PIECE.match(source, at):
        at = piece.end()
        if piece["mark"] and _ends(source, piece["mark"], at, opened_by=mark):
            return LenientText("".join([*written, '"']), at, tuple(departures))
        written.append(_as_json(piece, mark))
        departures.extend(_departures(piece, mark))
    raise Hopeless


_MARK_CODES = {"'": "single_quotes"}


def _ends(source: str, mark: str, behind: int, *, opened_by: str) -> bool:
    if mark not in CLOSING[opened_by]:
        return False
    return opened_by == '"' or bool(_CAN_END.match(source, behind))


def _as_json(piece: re.Match[str], opened_by: str) -> str:
    if plain := piece["plain"] or piece["escape"]:
        return plain
    if piece["byte"]:
        if opened_by != "'":
            raise Hopeless  # only Python's own texts have it
        return f"\\u00{piece['byte']}"
    return json.dumps(piece["mark"] or piece["escaped_mark"] or piece["control"], ensure_ascii=False)[1:-1]


def _departures(piece: re.Match[str], opened_by: str) -> Iterator[Departure]:
    if control := piece["control"]:
        yield Departure("raw_control_character", piece.start(), control, json.dumps(control)[1:-1])
    elif (mark := piece["escaped_mark"]) and opened_by == '"':
        yield Departure("odd_escape", piece.start(), piece[0], mark)
