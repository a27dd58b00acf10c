"""Mangled JSON, mended: the value that a pasted text means, and how it departed from JSON.

`mend` is for one text, `mended_lines` for the lines of a file. Nothing here guesses: what has two meanings stays a finding.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any

from shared.datasets.reading.lenient_json import rewrite
from shared.datasets.reading.lenient_text import Departure
from shared.datasets.reading.line import Line
from shared.datasets.reading.strict_json import NOTHING, StrictJson

__all__ = ["Departure", "Mended", "mend", "mended_lines"]

MOST_FINDINGS_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class Mended:
    """`departures` is empty if the text was JSON before. NaN and Infinity have become None."""

    value: Any
    departures: tuple[Departure, ...]


def mend(text: str) -> Mended | None:
    """The one value that the text means, however it was mangled; None if that would be a guess, or too deep or large."""
    rewritten = rewrite(text)
    if rewritten is None:
        return None
    value, _ = StrictJson().parse(rewritten.text)
    # A number that cannot be kept is no more guessed at than a text.
    if value is NOTHING or _holds_odd_number(value):
        return None
    return Mended(value, rewritten.departures)


def mended_lines(lines: Iterable[Line]) -> Iterator[Line]:
    """The same lines; those whose text can be mended have the row that was meant, and no findings any more."""
    for line in lines:
        yield _mended(line, line.text) if line.row is None and line.text else _without_nan(line)


def _mended(line: Line, text: str) -> Line:
    mended = mend(text)
    if mended is None or not isinstance(mended.value, dict):
        return line
    return replace(line, row=mended.value, findings=iter(()), text=None)


def _without_nan(line: Line) -> Line:
    """NaN is understood by the strict reader too, which only says that it is not JSON."""
    findings = list(islice(line.findings, MOST_FINDINGS_KEPT))
    others = [finding for finding in findings if finding.code != "not_a_number"]
    row = line.row if len(others) == len(findings) else _nan_as_none(line.row)
    return replace(line, row=row, findings=chain(others, line.findings))


def _nan_as_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _nan_as_none(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_nan_as_none(child) for child in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def _holds_odd_number(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_odd_number, value.values()))
    if isinstance(value, list):
        return any(map(_holds_odd_number, value))
    return isinstance(value, float) and not math.isfinite(value)
