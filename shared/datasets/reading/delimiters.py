"""What parts the cells of a table in a text, and what its columns are called, found out from its first rows.

The parting mark is the one that cuts all rows into the same number of cells. Cells are not looked at but for the header.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from shared.datasets.findings import Finding, found
from shared.datasets.reading.intake import Table

DELIMITERS = ("\t", ",", ";", "|")
MOST_ROWS = 200
LONGEST_NAME = 64
SENTENCE_ENDS = (".", "?", "!", "。", "？", "！")

MOST_TITLES = 3
_SEPARATOR = re.compile(r'"?sep=(.)"?', re.IGNORECASE)

Rows = list[list[str]]
Way = tuple[str, str | None]
"""The delimiter, and the quotation mark if there is one."""


@dataclass(frozen=True, slots=True)
class Sniffed:
    table: Table
    notes: tuple[Finding, ...]


def table_of(sample: str, *, is_whole: bool, is_sure: bool) -> Sniffed | None:
    """How the table is written; None if it is none. `is_sure` says that its uploader calls it one."""
    lines = sample.splitlines(keepends=True)
    if not is_whole and len(lines) > 1:
        lines.pop()
    said = _SEPARATOR.fullmatch(lines[0].rstrip("\r\n")) if lines else None
    delimiter, quote, rows = _best_cut(lines[1:], [(said[1], '"')]) if said else _best_cut(lines, _ways(sample))
    if not rows or not (is_sure or said or _is_beyond_doubt(rows)):
        return None
    titles = titles_of([row for row in rows if len(row) == len(rows[0])])
    columns, has_header, notes = named(rows[len(titles)], sure_of_header=not (is_sure or said))
    table = Table(columns, has_header, delimiter, quote, rows_above=len(titles) + bool(said))
    return Sniffed(table, (*titles_told(titles), *notes))


def titles_of(rows: Rows) -> Rows:
    """The first rows if they are titles: each holds one cell, and behind them follow a header and rows of several."""
    filled = [sum(map(bool, row)) for row in rows[: MOST_TITLES + 2]]
    titles = next((place for place, cells in enumerate(filled) if cells > 1), 0)
    is_table = all(cells > 1 for cells in filled[titles : titles + 2]) and len(filled) > titles + 1
    return rows[:titles] if is_table and _is_header(rows[titles]) else []


def titles_told(titles: Rows) -> tuple[Finding, ...]:
    if not titles:
        return ()
    shown = " ".join(cell for row in titles for cell in row if cell)
    return (
        found("title_above_header", "", f"rows above the names of the columns were left out: {len(titles)}", shown),
    )


def records(lines: Iterable[str], delimiter: str, quote: str | None) -> Iterator[list[str]]:
    """The cells of each record, strictly: raises csv.Error where quotation marks do not fit."""
    if quote is None:
        return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE, strict=True)
    return csv.reader(lines, delimiter=delimiter, quotechar=quote, strict=True)


def named(first: Sequence[str], *, sure_of_header: bool = False) -> tuple[tuple[str, ...], bool, tuple[Finding, ...]]:
    """The names of the columns, whether the first row holds them, and what there is to say of it."""
    has_header = sure_of_header or _is_header(first)
    if not has_header:
        names = tuple(f"column_{number}" for number in range(1, len(first) + 1))
        message = f"the first row was read as an example; the columns are called {', '.join(names[:4])} …"
        return names, False, (found("no_header", "", message),)
    return (*_unique(first),), True, tuple(_header_faults(first))


def _best_cut(lines: list[str], ways: Iterable[Way]) -> tuple[str, str | None, Rows]:
    tried = [(delimiter, quote, _cut(lines, delimiter, quote)) for delimiter, quote in ways]
    best = max(tried, key=lambda one: _fit(one[2]))
    if len(tried) > 1 and best[2] and len(best[2][0]) == 1:
        whole = [way for way in tried if max(map(len, way[2]), default=0) == 1]
        return whole[0] if whole else tried[1]  # a table of one column, else CSV as it should be
    return best


def _ways(sample: str) -> Iterable[Way]:
    for delimiter in DELIMITERS:
        yield delimiter, '"'
    # In tables that programs part by tabs a quotation mark is often nothing but itself.
    if "\t" in sample:
        yield "\t", None


def _cut(lines: list[str], delimiter: str, quote: str | None) -> Rows:
    rows: Rows = []
    try:
        for row in records(lines, delimiter, quote):
            if any(row):
                rows.append(row)
            if len(rows) == MOST_ROWS:
                break
    except csv.Error:
        pass  # what was cut until then tells enough
    return rows


def _fit(rows: Rows) -> tuple[float, int]:
    """How well the rows agree in their number of cells, and that number."""
    if not rows:
        return 0, 0
    width, agreeing = Counter(map(len, rows)).most_common(1)[0]
    return (0.0 if width == 1 else agreeing / len(rows) + min(len(rows), 10) / 10), width


def _is_beyond_doubt(rows: Rows) -> bool:
    widths = set(map(len, rows))
    return len(rows) > 1 and len(widths) == 1 and len(rows[0]) > 1 and _is_header(rows[0]) and _are_words(rows[0])


def _are_words(cells: Iterable[str]) -> bool:
    return all(len(cell.split()) in {1, 2} for cell in cells)


def _is_header(cells: Sequence[str]) -> bool:
    """Names are short, are not numbers or sentences, and differ mostly."""
    held = [cell.strip() for cell in cells if cell.strip()]
    looks_like_names = all(len(cell) <= LONGEST_NAME and not _is_value(cell) for cell in held)
    return bool(held) and looks_like_names and len(set(held)) * 2 >= len(held)


def _is_value(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return cell.endswith(SENTENCE_ENDS) or cell.startswith(("{", "[")) or "\n" in cell
    return True


def _unique(cells: Iterable[str]) -> Iterable[str]:
    taken: set[str] = set()
    for number, cell in enumerate(cells, start=1):
        name = stem = cell.strip() or f"column_{number}"
        again = 2
        while name in taken:
            name, again = f"{stem}_{again}", again + 1
        taken.add(name)
        yield name


def _header_faults(cells: Sequence[str]) -> Iterable[Finding]:
    stripped = [cell.strip() for cell in cells]
    repeated = [cell for cell, count in Counter(stripped).items() if count > 1 and cell]
    if repeated:
        message = f"the column {repeated[0]!r} stands {stripped.count(repeated[0])} times; a number was added"
        yield found("duplicate_column", "", message, ", ".join(repeated))
    if empty := [number for number, cell in enumerate(stripped, start=1) if not cell]:
        yield found("empty_column_name", "", f"column {empty[0]} has no name; it is called column_{empty[0]}")
