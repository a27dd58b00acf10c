"""What a value of a row says as a text, and what a text says as JSON."""

import json
import math

GAPS = frozenset({"#N/A", "NaN", "nan", "NULL"})
"""How programs write a cell of a table that holds nothing. Nobody answers so."""
WORDS_FOR_GAPS = frozenset({"None", "N/A", "null"})
"""The same, but these may be an answer too."""


def is_gap(cell: object) -> bool:
    """Whether a cell of a table says nothing, or that it holds nothing."""
    return is_empty(cell) or (isinstance(cell, str) and cell.strip() in GAPS)


def is_empty(value: object) -> bool:
    """Whether a cell says nothing: it is absent, blank, or the NaN with which tables mark a gap."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, float) and math.isnan(value))


def text_of(value: object) -> str:
    """A text as it is, nothing as "", everything else as JSON writes it: `true`, `12`, `["a"]`."""
    if isinstance(value, str):
        return value
    return "" if is_empty(value) else json_text(value)


def json_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def parsed(text: str) -> object:
    """The value that a text of JSON holds. Raises ValueError; NaN and Infinity are no JSON."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is no JSON")
