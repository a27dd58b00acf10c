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


def diagnose(text: str, error: json.JSONDecodeError) -> Finding:
    """One finding for a text that the parser refused. Columns count characters from 1."""
    code = next((code for code, applies in _TYPICAL if applies(text, error.pos)), "invalid_json")
    shown = text[max(0, error.pos - SHOWN_BEFORE) : error.pos + SHOWN_AFTER]
    return found(code, "", f"{error.msg} at column {error.pos + 1}", shown)


def _spread_over_lines(text: str, _: int) -> bool:
    line = text.strip()
    return not line.strip("[]{}, \t") or bool(_KEY_AND_COLON.match(line))


def _trailing_comma(text: str, position: int) -> bool:
    # Whether the parser stops at the comma or after it depends on its version.
    before, after = text[:position].rstrip(), text[position:].lstrip()
    if after.startswith(","):
        return after[1:].lstrip()[:1] in ("", "]", "}")
    return before.endswith(",") and after[:1] in ("]", "}")


def _starts_with(*starts: str) -> Callable[[str, int], bool]:
    return lambda text, position: text.startswith(starts, position)


def _several_values(text: str, position: int) -> bool:
    return text[:position].rstrip()[-1:] == "}" and text.startswith("{", position)


# The first that applies names the finding.
_TYPICAL: tuple[tuple[str, Callable[[str, int], bool]], ...] = (
    ("spread_over_lines", _spread_over_lines),
    ("trailing_comma", _trailing_comma),
    ("curly_quotes", _starts_with("“", "”", "„", "«", "‘", "’")),
    ("single_quotes", _starts_with("'")),
    ("python_literal", lambda text, position: bool(_LITERAL.match(text, position))),
    ("several_values", _several_values),
)
