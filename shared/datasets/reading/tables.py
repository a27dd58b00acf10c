"""CSV and its kin: each record becomes an object of texts, one per column.

Ragged rows and quotation marks that do not fit are findings of their record; reading goes on with the next line. A record
may hold line breaks within quotation marks; its number is that of its first line.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from shared.datasets.findings import Finding, found
from shared.datasets.reading.delimiters import records
from shared.datasets.reading.encodings import Encoding
from shared.datasets.reading.intake import Intake, Table
from shared.datasets.reading.jsonl import undecodable
from shared.datasets.reading.line import Line, RawLine, Row, without_row
from shared.datasets.reading.raw_lines import encoded_lines

# The standard library's own limit is 128 KiB, for the whole process; ours is kept by the lines that are fed.
csv.field_size_limit(2**31 - 1)


def read(stream: BinaryIO, intake: Intake, longest_bytes: int) -> Iterator[Line]:
    """Each record of the table, without its header."""
    assert intake.table is not None, "a table was inspected"
    table = intake.table
    feed = _Feed(encoded_lines(stream, intake.encoding, longest_bytes), intake.encoding, longest_bytes)
    cut = records(feed, table.delimiter, table.quote)
    is_header = table.has_header
    while True:
        feed.begin()
        try:
            cells = next(cut)
        except StopIteration:
            return
        except csv.Error as error:
            feed.findings.append(found("invalid_csv", "", f"{error}, in the record that begins here", feed.shown))
            cells = []
        if is_header and any(cells):
            is_header = False
        elif cells or feed.findings:
            yield _line(cells, table, feed)


@dataclass
class _Feed:
    """Gives the reader of records one line of text after the other, and knows where the present record began."""

    raws: Iterator[RawLine]
    encoding: Encoding
    longest_bytes: int
    findings: list[Finding] = field(default_factory=list)
    shown: str = ""
    first: RawLine | None = None
    size_bytes: int = 0

    def begin(self) -> None:
        self.findings, self.first, self.size_bytes, self.shown = [], None, 0, ""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raw = next(self.raws)
        text = self._text(raw)
        self.first = self.first or raw
        self.shown = self.shown or text
        self.size_bytes += raw.size_bytes
        if self.size_bytes > self.longest_bytes:
            # Most often a quotation mark that nobody closed: the record ends here, and the next line begins another.
            raise csv.Error(f"the record has more than {self.longest_bytes} bytes")
        return text

    def _text(self, raw: RawLine) -> str:
        try:
            text = raw.content.decode(self.encoding.codec)
        except UnicodeDecodeError as error:
            if raw.is_complete:  # one that is too long is cut anywhere
                self.findings.append(undecodable(raw.content, error, self.encoding))
            text = raw.content.decode(self.encoding.codec, errors="replace")
        return text.removeprefix("\ufeff") if raw.number == 1 else text


def _line(cells: list[str], table: Table, feed: _Feed) -> Line:
    first, findings = feed.first, feed.findings
    assert first is not None, "a record has a line"
    if not findings and len(cells) != len(table.columns):
        message = f"the row has {len(cells)} cells, the table {len(table.columns)} columns"
        findings.append(found("ragged_row", "", message, feed.shown))
    if findings:
        return without_row(first.number, first.offset, feed.size_bytes, *findings)
    row: Row = dict(zip(table.columns, cells, strict=True))
    return Line(first.number, first.offset, feed.size_bytes, row, iter(()))
