"""A finding: one thing wrong with one line of a dataset, said so that its author can mend it.

Whatever a finding quotes can be stored and sent anywhere: placeholders stand for personal data and secrets, in the message and
the pointer too, and NUL and halves of characters are shown as escapes. The table of codes is in `codes`.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from reprlib import Repr
from typing import Any

from typing_extensions import override

from shared.datasets.findings.code import FindingCode, Severity
from shared.datasets.findings.codes import FINDING_CODES
from shared.datasets.personal.pieces import shortened

__all__ = [
    "FINDING_CODES",
    "WHOLE_FILE",
    "Finding",
    "FindingCode",
    "Severity",
    "excerpt",
    "found",
    "found_extra_keys",
    "pointer",
]

WHOLE_FILE = 0
LONGEST_EXCERPT = 120
LONGEST_MESSAGE = 300
LONGEST_POINTER = 1_000

_PLAIN_POINTER = re.compile(r"(?:/(?:[a-z_]{1,30}|\d{1,6}))*")


@dataclass(frozen=True, slots=True)
class Finding:
    line: int  # counted from 1; 0 is the whole file
    code: str  # a key of FINDING_CODES
    severity: Severity
    pointer: str  # RFC 6901, into the line
    message: str
    fix: str
    excerpt: str  # at most 120 characters
    offset: int = 0  # bytes before the line it is on, in the file as it was unpacked

    def on_line(self, line: int, offset: int = 0) -> "Finding":
        return replace(self, line=line, offset=offset)


def found(code: str, where: str, message: str, quoted: object = None) -> Finding:
    """A finding of which the line is not known yet: whoever holds the line says `on_line`.

    `quoted` is best handed over whole: a text that was cut before may end, or begin, in the midst of what should be hidden.
    """
    known = FINDING_CODES[code]
    shown = "" if quoted is None else excerpt(quoted)
    return Finding(
        line=WHOLE_FILE,
        code=code,
        severity=known.severity,
        pointer=_storable(_without_secrets(where), LONGEST_POINTER),
        message=_storable(message, LONGEST_MESSAGE),
        fix=known.mend,
        excerpt=shown,
    )


def found_extra_keys(code: str, value: Mapping[str, object], known: Collection[str], where: str) -> Iterator[Finding]:
    for key in value:
        if key not in known:
            yield found(code, where + pointer(key), f'the key "{key}" is not known here', key)


def pointer(*steps: str | int) -> str:
    """An RFC 6901 JSON pointer: `pointer("messages", 0, "role")` is `/messages/0/role`."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def _without_secrets(where: str) -> str:
    """A pointer; its steps are looked at one by one, since a key may have signs that are escaped there."""
    if _PLAIN_POINTER.fullmatch(where):
        return where
    return pointer(*(shortened(_unescaped(step), LONGEST_POINTER) for step in where.split("/")[1:]))


def _unescaped(step: str) -> str:
    return step.replace("~1", "/").replace("~0", "~")


def excerpt(value: object) -> str:
    """The beginning of a value, as it may be shown anywhere: at most 120 characters."""
    return _storable(value if isinstance(value, str) else _BRIEF.repr(value), LONGEST_EXCERPT)


class _Brief(Repr):
    """A line may hold millions of values, and each of them a finding that quotes it."""

    def __init__(self) -> None:
        super().__init__()
        self.maxother = self.maxlong = LONGEST_EXCERPT

    @override
    def repr_str(self, x: str, level: int) -> str:
        return repr(shortened(x, LONGEST_EXCERPT))


_BRIEF = _Brief()


def storable(value: Any) -> Any:
    """A JSON value that Postgres can keep: NUL and halves of characters are shown as escapes, in keys too."""
    match value:
        case str():
            return value if value.isprintable() else "".join(map(_escape, value))
        case dict():
            return {storable(key): storable(one) for key, one in value.items()}
        case list() | tuple():
            return [storable(one) for one in value]
        case _:
            return value


def _storable(text: str, longest: int) -> str:
    kept: str = storable(shortened(text, longest))
    return kept[:longest]


def _escape(character: str) -> str:
    if character == "\0" or "\ud800" <= character <= "\udfff":
        return f"\\u{ord(character):04x}"
    return character
