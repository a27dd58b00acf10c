"""Excel workbooks: one sheet as a table. Each row becomes an object of texts; a row's number is that of the sheet.

Numbers are written as one would type them, dates as ISO 8601, truth as true and false; a formula counts as what it came to when
the workbook was saved. Texts that cells share are held by the library, so a workbook with too many of them is refused.
"""

import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import date, datetime, time, timedelta
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

from shared.datasets.findings import found
from shared.datasets.reading.delimiters import MOST_TITLES, named, titles_of, titles_told
from shared.datasets.reading.intake import Container, Intake, Table
from shared.datasets.reading.line import CannotBeRead, Line, Row
from shared.datasets.reading.unpacking import most_unpacked

if TYPE_CHECKING:
    from shared.datasets.reading.sheets import Sheets

LARGEST_SHARED_TEXTS = 64 * 1024**2
LARGEST_WORKBOOK = 2 * 1024**3  # unpacked
SHARED_TEXTS = "xl/sharedStrings.xml"
MOST_SHEETS = 20  # that are looked into for one that holds anything
MOST_ROWS = 1_048_576
"""Of a sheet, in every program that writes them. A row that says to be far beyond stands for that many empty ones."""


def sheet_of(stream: BinaryIO, archive: zipfile.ZipFile, wanted: str | None = None) -> Intake:
    """How the workbook is read: the sheet that is wanted, else the first that holds anything, and the names of its columns.

    Raises CannotBeRead.
    """
    _refuse_bomb(archive)
    with _opened(stream) as sheets:
        names = sheets.names
        name, first = _begun(sheets, [_named(names, wanted)] if wanted else names[:MOST_SHEETS])
    titles = titles_of(first)
    columns, has_header, notes = named(first[len(titles)])
    notes = (*titles_told(titles), *notes)
    if len(names) > 1 and not wanted:
        message = f"of {len(names)} sheets one was read: {name}"
        notes = (found("first_sheet_only", "", message, ", ".join(names)), *notes)
    table = Table(columns, has_header, sheet=name, rows_above=len(titles))
    return Intake(Container.XLSX, table=table, notes=notes)


def _named(names: Sequence[str], wanted: str) -> str:
    """The sheet that is meant: its name, or one that differs in case and blanks around it only."""
    meant = [name for name in names if name == wanted] or [
        name for name in names if name.strip().casefold() == wanted.strip().casefold()
    ]
    if not meant:
        message = f'there is no sheet "{wanted}"; there are: {", ".join(names)}'
        raise CannotBeRead(found("unknown_sheet", "", message, wanted))
    return meant[0]


def _begun(sheets: "Sheets", names: Sequence[str]) -> tuple[str, list[list[str]]]:
    """The first of these sheets that holds anything, and its first rows."""
    for name in names:
        if first := list(islice(_first_rows(sheets, name), MOST_TITLES + 2)):
            return name, first
    which = f'the sheet "{names[0]}"' if len(names) == 1 else f"each of the first {len(names)} sheets"
    raise CannotBeRead(found("empty_file", "", f"{which} of the workbook is empty"))


def _first_rows(sheets: "Sheets", name: str) -> Iterator[list[str]]:
    """Those with something in them, up to where reading would break off: what is wrong there is told when it is read."""
    with suppress(CannotBeRead):
        for _, cells in _rows(sheets, name):
            if any(cells):
                yield cells


def read(stream: BinaryIO, intake: Intake, _: int) -> Iterator[Line]:
    """The rows of the sheet below its header, but for those with nothing in them."""
    assert intake.table is not None, "a workbook was inspected"
    table = intake.table
    above = table.rows_above + table.has_header
    with _opened(stream) as sheets:
        for number, cells in _rows(sheets, table.sheet or sheets.names[0]):
            if not any(cells):
                continue
            if above:
                above -= 1
            else:
                yield _line(number, cells, table)


@contextmanager
def _opened(stream: BinaryIO) -> "Iterator[Sheets]":
    with _damage_told():
        stream.seek(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and pictures, which do not matter here
            # Its library is loaded only for a workbook.
            opened: Sheets = import_module("shared.datasets.reading.sheets").Sheets(stream)
        with closing(opened) as sheets:
            if not sheets.names:
                raise CannotBeRead(found("empty_file", "", "the workbook has no sheet with cells"))
            yield sheets


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except CannotBeRead:
        raise
    except Exception as error:  # whatever the library trips over, the file is not as it should be
        raise CannotBeRead(found("damaged_file", "", f"the workbook cannot be read: {error}")) from error


def _rows(sheets: "Sheets", name: str) -> Iterator[tuple[int, list[str]]]:
    for number, values in enumerate(sheets.rows(name), start=1):
        if number > MOST_ROWS:
            message = f"the sheet has a row beyond the {MOST_ROWS:,}th, which no workbook has"
            raise CannotBeRead(found("damaged_file", "", message))
        yield number, [_as_text(value) for value in values]


def _line(number: int, cells: Sequence[str], table: Table) -> Line:
    width = len(table.columns)
    if any(cells[width:]):
        message = f"the row has {len(cells)} cells, the table {width} columns"
        return Line(number, 0, 0, None, iter([found("ragged_row", "", message, cells[width])]))
    # Empty cells at the end of a row are not in the file at all.
    padded = [*cells[:width], *[""] * (width - len(cells))]
    row: Row = dict(zip(table.columns, padded, strict=True))
    return Line(number, 0, 0, row, iter(()))


def _as_text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case date() | time():
            return value.isoformat()
        case timedelta() | _:
            return str(value)


def _refuse_bomb(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    most = min(LARGEST_WORKBOOK, most_unpacked(sum(part.compress_size for part in parts)))
    shared = sum(part.file_size for part in parts if part.filename == SHARED_TEXTS)
    whole = sum(part.file_size for part in parts)
    if whole > most or shared > LARGEST_SHARED_TEXTS:
        message = f"the workbook has {whole} bytes when unpacked; save the sheet as CSV"
        raise CannotBeRead(found("archive_too_large", "", message))
