"""CSV and its kin: each record becomes an object of texts, one per column.

A record may hold line breaks within quotation marks; its number is that of its first line. Ragged rows and quotation marks that
do not fit are findings of their line, and reading goes on with the next line, even if a mark would have swallowed it.
"""

import csv
from collections import deque
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

MOST_LINES = 10_000  # of one record

# The standard library's own limit is 128 KiB, for the whole process; ours is kept by the lines that are fed.
csv.field_size_limit(2**31 - 1)


def read(stream: BinaryIO, intake: Intake, longest_bytes: int) -> Iterator[Line]:
    """Each record of the table, without its header."""
    assert intake.table is not None, "a table was inspected"
    table = intake.table
    feed = _Feed(encoded_lines(stream, intake.encoding, longest_bytes), intake.encoding, longest_bytes)
    cut = records(feed, table.delimiter, table.quote)
    above = table.rows_above + table.has_header
    while True:
        feed.begin()
        try:
            cells = next(cut)
        except StopIteration:
            return
        except csv.Error as error:
            feed.findings.append(found("invalid_csv", "", f"{error}, in the record that begins here", feed.shown))
            feed.give_back()
            cells = []
        if above and (any(cells) or not feed.findings):
            above -= any(cells)
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
    taken: list[RawLine] = field(default_factory=list)
    again: deque[RawLine] = field(default_factory=deque)

    def begin(self) -> None:
        self.findings, self.taken, self.shown = [], [], ""

    def give_back(self) -> None:
        """All but the first line of the record are read again, as records of their own."""
        self.again.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]

    @property
    def size_bytes(self) -> int:
        first, last = self.taken[0], self.taken[-1]
        return last.offset + last.size_bytes - first.offset

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raw = self.again.popleft() if self.again else next(self.raws)
        text = self._text(raw)
        self.taken.append(raw)
        self.shown = self.shown or text
        if self.size_bytes > self.longest_bytes or len(self.taken) > MOST_LINES:
            # Most often a quotation mark that nobody closed.
            raise csv.Error(f"the record has more than {self.longest_bytes} bytes or {MOST_LINES} lines")
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
    first, findings = feed.taken[0], feed.findings
    if not findings and len(cells) != len(table.columns):
        message = f"the row has {len(cells)} cells, the table {len(table.columns)} columns"
        findings.append(found("ragged_row", "", message, feed.shown))
    if findings:
        return without_row(first.number, first.offset, feed.size_bytes, *findings)
    row: Row = dict(zip(table.columns, cells, strict=True))
    return Line(first.number, first.offset, feed.size_bytes, row, iter(()))
