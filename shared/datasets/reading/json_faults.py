"""What is wrong with a text that is not JSON, in the words of someone who has to mend it.

A guess from the place where the parser stopped; where nothing typical is found there, the parser's own words are given.
"""

import json
import re
from collections.abc import Callable

from shared.datasets.findings import Finding, found

SHOWN_BEFORE, SHOWN_AFTER = 40, 60

_LITERAL = re.compile(r"(?:True|False|None)\b")
_KEY_AND_COLON = re.compile(r'"[^"]*"\s*:')


def diagnose(error: json.JSONDecodeError) -> Finding:
    """One finding for a text that the parser refused. Columns count characters from 1."""
    code = next((code for code, applies in _TYPICAL if applies(error)), "invalid_json")
    shown = error.doc[max(0, error.pos - SHOWN_BEFORE) : error.pos + SHOWN_AFTER]
    return found(code, "", f"{error.msg} at column {error.pos + 1}", shown)


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
    return error.msg == "Extra data" and error.doc.startswith("{", error.pos)


# The first that applies names the finding.
_TYPICAL: tuple[tuple[str, Callable[[json.JSONDecodeError], bool]], ...] = (
    ("spread_over_lines", _spread_over_lines),
    ("trailing_comma", _trailing_comma),
    ("curly_quotes", _at("“", "”", "„", "«", "‘", "’")),
    ("single_quotes", _at("'")),
    ("python_literal", _python_literal),
    ("several_values", _several_values),
)
