"""JSON Lines, read strictly: each line becomes an object, or a finding that says where and why not.

Holds one line at a time, and none longer than allowed. What the objects must look like is said in `chat`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, BinaryIO

from shared.datasets.findings import Finding, found
from shared.datasets.reading.strict_json import NOTHING, StrictJson

Row = dict[str, Any]

LONGEST_LINE_BYTES = 16 * 1024 * 1024
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
BLANKS = b" \t\r\n"

# First bytes of what people upload in place of JSON Lines; reading on would only give thousands of findings.
OTHER_FILES = {
    b"PK\x03\x04": "a zip archive or an Excel workbook",
    b"\x1f\x8b": "compressed with gzip",
    b"%PDF": "a PDF document",
    b"PAR1": "a Parquet file",
    b"\xff\xfe": "text in UTF-16",
    b"\xfe\xff": "text in UTF-16",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number counted from 1, where it lies in the file, and its object if it holds one.

    `findings` can be gone through once.
    """

    number: int
    offset: int
    size_bytes: int
    row: Row | None
    findings: Iterator[Finding]
    is_blank: bool = False


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


def read_lines(stream: BinaryIO, longest_bytes: int = LONGEST_LINE_BYTES) -> Iterator[Line]:
    """Every line of the file in its order; blank lines at the very end are one line with one finding."""
    reader = LineReader()
    for raw in raw_lines(stream, longest_bytes):
        yield from reader.read(raw)
        if reader.has_given_up:
            return
    yield from reader.end()


class LineReader:
    """What the lines of one file are, one after the other, and what was seen before that matters to the next.

    Whoever knows that a line `is_ordinary` may leave it out; but what is read must come in order.
    """

    def __init__(self) -> None:
        self._json = StrictJson()
        self._first_blank: RawLine | None = None
        self._last: RawLine | None = None
        self._seen_crlf = False
        self.has_given_up = False
        """This is no file of lines at all: nothing more is to be read."""

    def is_ordinary(self, content: bytes) -> bool:
        """Whether there is nothing to say of a line (without LF) but what its JSON says.

        To be asked of complete lines after the first of the file.
        """
        return content.startswith(b"{") and not self._first_blank and (self._seen_crlf or not content.endswith(b"\r"))

    def read(self, raw: RawLine) -> Iterator[Line]:
        """The line, with the blank ones before it; nothing yet if it is blank itself."""
        self._last = raw
        if raw.number == 1 and (other := _other_file(raw)):
            self.has_given_up = True
            yield _without_row(raw, other)
            return
        if raw.is_blank:
            self._first_blank = self._first_blank or raw
            return
        if self._first_blank:
            yield from _blank_lines(self._first_blank, before=raw)
            self._first_blank = None
        is_crlf = raw.content.endswith(b"\r\n")
        yield _parsed(raw, self._json, _notes(raw, is_first_crlf=is_crlf and not self._seen_crlf))
        self._seen_crlf = self._seen_crlf or is_crlf

    def end(self) -> Iterator[Line]:
        """What can be said only at the end of the file."""
        if self._first_blank and self._last:
            yield _blank_end(self._first_blank, self._last)


def raw_lines(stream: BinaryIO, longest_bytes: int = LONGEST_LINE_BYTES) -> Iterator[RawLine]:
    """The lines as bytes. Only the first `longest_bytes` of a longer line are held."""
    number = offset = 0
    while content := stream.readline(longest_bytes + 1):
        number += 1
        size = len(content)
        if size > longest_bytes and not content.endswith(b"\n"):
            size += skip_to_line_end(stream, longest_bytes)
            content = content[:longest_bytes]
        yield RawLine(number, offset, size, content)
        offset += size


def skip_to_line_end(stream: BinaryIO, at_once: int) -> int:
    skipped = 0
    while piece := stream.readline(at_once):
        skipped += len(piece)
        if piece.endswith(b"\n"):
            break
    return skipped


def _other_file(raw: RawLine) -> Finding | None:
    for start, what in OTHER_FILES.items():
        if raw.content.startswith(start):
            return found("not_a_text_file", "", f"this is {what}, not JSON Lines in UTF-8")
    return None


def _without_row(raw: RawLine, finding: Finding) -> Line:
    return Line(raw.number, raw.offset, raw.size_bytes, None, iter([finding]))


def _blank_lines(first: RawLine, before: RawLine) -> Iterator[Line]:
    # Counted, not kept one by one: a file of nothing but line ends would be kept whole.
    for number in range(first.number, before.number):
        finding = found("blank_line", "", "this line is blank")
        yield Line(number, first.offset, 0, None, iter([finding]), is_blank=True)


def _blank_end(first: RawLine, last: RawLine) -> Line:
    finding = found("trailing_blank_lines", "", f"the file ends with {last.number - first.number + 1} blank lines")
    size_bytes = last.offset + last.size_bytes - first.offset
    return Line(first.number, first.offset, size_bytes, None, iter([finding]), is_blank=True)


def _notes(raw: RawLine, *, is_first_crlf: bool) -> Iterator[Finding]:
    if raw.number == 1 and raw.content.startswith(BYTE_ORDER_MARK):
        yield found("byte_order_mark", "", "the file begins with a UTF-8 byte order mark")
    if is_first_crlf:
        yield found("crlf_line_endings", "", "this line, the first of its kind, ends with CR LF")


def _parsed(raw: RawLine, json: StrictJson, notes: Iterator[Finding]) -> Line:
    row, findings = _parse(raw, json)
    return Line(raw.number, raw.offset, raw.size_bytes, row, chain(notes, findings))


def _parse(raw: RawLine, json: StrictJson) -> tuple[Row | None, Iterator[Finding]]:
    if not raw.is_complete:
        return None, iter([found("line_too_long", "", f"the line has {raw.size_bytes} bytes")])
    return parse(raw.content.removeprefix(BYTE_ORDER_MARK) if raw.number == 1 else raw.content, json)


def parse(content: bytes, json: StrictJson) -> tuple[Row | None, Iterator[Finding]]:
    """The object that a line holds, if it does, and what is wrong with the line, to be gone through once.

    A line end is no part of it.
    """
    content = content.rstrip(b"\r\n")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        where = f"byte {error.start + 1} of the line (0x{content[error.start]:02x}) is not UTF-8"
        return None, iter([found("not_utf8", "", where, content[:200].decode(errors="replace"))])
    value, findings = json.parse(text)
    if isinstance(value, dict):
        return value, findings
    if value is not NOTHING:
        findings = chain(findings, [found("not_an_object", "", f"the line holds {_kind(value)}, not an object", text)])
    return None, findings


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "a number"
