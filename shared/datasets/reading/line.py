"""What reading gives, whatever the file is: lines, each with its place and with the row it holds.

A line is what the file calls one: a line of text, an element of a list, a row of a sheet. What the rows must look like is
said elsewhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from shared.datasets.findings import Finding

Row = dict[str, Any]

LONGEST_LINE_BYTES = 16 * 1024 * 1024
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
BLANKS = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number counted from 1, where it lies in the unpacked file, and its row if it holds one.

    Where a file has no lines of bytes (Excel, Parquet) the number counts rows, and offset and size are 0.
    `findings` can be gone through once. `text` is how the line was written, where it is text, for whoever would mend it.
    """

    number: int
    offset: int
    size_bytes: int
    row: Row | None
    findings: Iterator[Finding]
    is_blank: bool = False
    text: str | None = None


@dataclass(frozen=True, slots=True)
class RawLine:
    """The bytes of a line with its line ending; only the beginning of one that is too long."""

    number: int
    offset: int
    size_bytes: int
    content: bytes

    @property
    def is_complete(self) -> bool:
        return len(self.content) == self.size_bytes

    @property
    def is_blank(self) -> bool:
        content = self.content.removeprefix(BYTE_ORDER_MARK) if self.number == 1 else self.content
        return self.is_complete and not content.strip(BLANKS)


class CannotBeRead(Exception):
    """The file as a whole, or all that follows in it, cannot be read. The finding says why, and what to do."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def without_row(number: int, offset: int, size_bytes: int, *findings: Finding) -> Line:
    return Line(number, offset, size_bytes, None, iter(findings))
