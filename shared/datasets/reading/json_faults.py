"""What is wrong with a text that is not JSON, in the words of someone who has to mend it.

Where the meaning is clear every departure from JSON is told (`departed`). Otherwise it is a guess from the place where the
parser stopped, and where nothing typical is found there, the parser's own words (`diagnose`).
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator

from shared.datasets.findings import Finding, found
from shared.datasets.personal.pieces import piece
from shared.datasets.reading.lenient_text import Departure

SHOWN_BEFORE, SHOWN_AFTER = 40, 60
SHOWN_PIECE = 20

_LITERAL = re.compile(r"(?:True|False|None)\b")
_KEY_AND_COLON = re.compile(r'"[^"]*"\s*:')


def departed(text: str, departures: Iterable[Departure]) -> Iterator[Finding]:
    """One finding for each kind of departure, at the first of its kind. Columns count characters from 1."""
    kinds: dict[str, list[Departure]] = {}
    for departure in departures:
        kinds.setdefault(departure.code, []).append(departure)
    for code, of_kind in kinds.items():
        first = of_kind[0]
        said = f"{_shown(first.was)} where {_shown(first.meant)} is meant, at column {first.position + 1}"
        more = f", and at {len(of_kind) - 1} more places" if len(of_kind) > 1 else ""
        yield found(code, "", said + more, _around(text, first.position))


def diagnose(error: json.JSONDecodeError) -> Finding:
    """One finding for a text that the parser refused. Columns count characters from 1."""
    code = next((code for code, applies in _TYPICAL if applies(error)), "invalid_json")
    return found(code, "", f"{error.msg} at column {error.pos + 1}", _around(error.doc, error.pos))


def _around(text: str, position: int) -> str:
    return piece(text, max(0, position - SHOWN_BEFORE), position + SHOWN_AFTER)


def _shown(text: str) -> str:
    """A text so that it can be seen, even if it is blank or very long."""
    if not text:
        return "nothing"
    shown = piece(text, 0, SHOWN_PIECE)
    return ascii(shown) if not text.isprintable() or text.isspace() else shown


def _spread_over_lines(error: json.JSONDecodeError) -> bool:
    line = error.doc.strip()
    return not line.strip("[]{}, \t") or bool(_KEY_AND_COLON.match(line))


def _trailing_comma(error: json.JSONDecodeError) -> bool:
    # Whether the parser stops at the comma or after it depends on its version.
    before, after = error.doc[: error.pos].rstrip(), error.doc[error.pos :].lstrip()
    if after.startswith(","):
        return after[1:].lstrip()[:1] in ("", "]", "}")
    return before.endswith(",") and after[:1] in ("]", "}")


def _at(*starts: str) -> Callable[[json.JSONDecodeError], bool]:
    return lambda error: error.doc.startswith(starts, error.pos)


def _python_literal(error: json.JSONDecodeError) -> bool:
    return bool(_LITERAL.match(error.doc, error.pos))


def _several_values(error: json.JSONDecodeError) -> bool:
    return error.msg == "Extra data" and error.doc[error.pos :].lstrip(", \t").startswith("{")


def _odd_escape(error: json.JSONDecodeError) -> bool:
    return error.msg.startswith("Invalid \\")


# The first that applies names the finding.
_TYPICAL: tuple[tuple[str, Callable[[json.JSONDecodeError], bool]], ...] = (
    ("spread_over_lines", _spread_over_lines),
    ("trailing_comma", _trailing_comma),
    ("curly_quotes", _at("“", "”", "„", "«", "‘", "’")),
    ("single_quotes", _at("'")),
    ("python_literal", _python_literal),
    ("several_values", _several_values),
    ("odd_escape", _odd_escape),
)
