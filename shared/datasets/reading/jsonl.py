"""JSON Lines, read strictly: each line becomes an object, or a finding that says where and why not.

Holds one line at a time, and none longer than allowed; more only where a mangled example goes on over several lines. What the
objects must look like is said in `rules`.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import BinaryIO

from shared.datasets.findings import Finding, found
from shared.datasets.reading.encodings import Encoding
from shared.datasets.reading.intake import Intake
from shared.datasets.reading.line import (
    BLANKS,
    BYTE_ORDER_MARK,
    LONGEST_LINE_BYTES,
    Line,
    RawLine,
    Row,
    without_row,
)
from shared.datasets.reading.raw_lines import encoded_lines, raw_lines
from shared.datasets.reading.spread import Spread, with_spread_records
from shared.datasets.reading.strict_json import NOTHING, StrictJson

__all__ = [
    "BLANKS",
    "BYTE_ORDER_MARK",
    "LONGEST_LINE_BYTES",
    "Line",
    "RawLine",
    "Row",
    "raw_lines",
    "read",
    "read_lines",
]

MOST_BLANK_LINES_PLACED = 100_000
"""Of more blank lines running, the further ones are placed where the last of these begins."""

LOOKED_AT_BYTES = 2_000
"""Of a line that is no text: more than is shown, so that what should be hidden is seen as a whole."""

# First bytes of what people upload in place of JSON Lines; reading on would only give thousands of findings.
OTHER_FILES = {
    b"PK\x03\x04": "a zip archive or an Excel workbook",
    b"\x1f\x8b": "compressed with gzip",
    b"%PDF": "a PDF document",
    b"PAR1": "a Parquet file",
    b"\xff\xfe": "text in UTF-16",
    b"\xfe\xff": "text in UTF-16",
}


def read(stream: BinaryIO, intake: Intake, longest_bytes: int = LONGEST_LINE_BYTES) -> Iterator[Line]:
    """The lines of an unpacked file in any encoding."""
    return lines_of(encoded_lines(stream, intake.encoding, longest_bytes), intake.encoding)


def read_lines(stream: BinaryIO, longest_bytes: int = LONGEST_LINE_BYTES) -> Iterator[Line]:
    """Every line of a file in UTF-8, in its order; blank lines at the very end are one line with one finding."""
    raws = raw_lines(stream, longest_bytes)
    first = next(raws, None)
    if first is None:
        return
    if other := other_file(first):
        yield without_row(first.number, first.offset, first.size_bytes, other)
        return
    yield from lines_of(chain([first], raws), Encoding.UTF_8)


def lines_of(raws: Iterable[RawLine], encoding: Encoding = Encoding.UTF_8) -> Iterator[Line]:
    """What these lines hold, wherever they come from. They need not be all of a file, but must follow one another."""
    reader = _Reader(encoding)
    first_blank: RawLine | None = None
    blank_offsets = array("Q")
    last: RawLine | None = None
    for found_next in with_spread_records(raws, encoding):
        raw = found_next.raw if isinstance(found_next, Spread) else found_next
        last = raw
        if _is_blank(raw, encoding):
            first_blank = first_blank or raw
            if len(blank_offsets) < MOST_BLANK_LINES_PLACED:
                blank_offsets.append(raw.offset)
            continue
        if first_blank:
            yield from _blank_lines(first_blank.number, raw.number, blank_offsets)
            first_blank = None
            blank_offsets = array("Q")
        yield reader.spread(found_next) if isinstance(found_next, Spread) else reader.line(raw)
    if first_blank and last:
        yield _blank_end(first_blank, last)


class _Reader:
    """What is remembered from line to line: the parser, and whether line ends of Windows were told of."""

    def __init__(self, encoding: Encoding) -> None:
        self._encoding = encoding
        self._json = StrictJson()
        self._seen_crlf = False

    def line(self, raw: RawLine) -> Line:
        notes = list(self._notes(raw))
        if not raw.is_complete:
            too_long = found("line_too_long", "", f"the line has {raw.size_bytes} bytes")
            return without_row(raw.number, raw.offset, raw.size_bytes, *notes, too_long)
        content = raw.content.removeprefix(BYTE_ORDER_MARK) if raw.number == 1 else raw.content
        try:
            text = content.decode(self._encoding.codec)
        except UnicodeDecodeError as error:
            return without_row(
                raw.number, raw.offset, raw.size_bytes, *notes, undecodable(content, error, self._encoding)
            )
        return self._parsed(raw, text.removeprefix("\ufeff") if raw.number == 1 else text, notes)

    def spread(self, spread: Spread) -> Line:
        raw = spread.raw
        message = f"this example takes {spread.lines} lines"
        spread_over = found("spread_over_lines", "", message, spread.text)
        _, findings = self._json.parse(spread.text)
        all_findings = chain(self._notes(raw), [spread_over], findings)
        return Line(raw.number, raw.offset, spread.size_bytes, None, all_findings, text=spread.text)

    def _notes(self, raw: RawLine) -> Iterator[Finding]:
        if raw.number == 1 and raw.content.startswith(BYTE_ORDER_MARK):
            yield found("byte_order_mark", "", "the file begins with a UTF-8 byte order mark")
        if not self._seen_crlf and raw.content.endswith("\r\n".encode(self._encoding.codec)):
            self._seen_crlf = True
            yield found("crlf_line_endings", "", "this line, the first of its kind, ends with CR LF")

    def _parsed(self, raw: RawLine, text: str, notes: Iterable[Finding]) -> Line:
        value, findings = self._json.parse(text.rstrip("\r\n"))
        row = value if isinstance(value, dict) else None
        if row is None and value is not NOTHING:
            findings = chain(
                findings, [found("not_an_object", "", f"the line holds {kind(value)}, not an object", text)]
            )
        return Line(raw.number, raw.offset, raw.size_bytes, row, chain(notes, findings), text=text)


def undecodable(content: bytes, error: UnicodeDecodeError, encoding: Encoding) -> Finding:
    """The finding for bytes that are no text in the encoding of the file."""
    shown = content[:LOOKED_AT_BYTES].decode(encoding.codec, errors="replace").rstrip("\r\n")
    place = f"byte {error.start + 1} of the line (0x{content[error.start]:02x})"
    if encoding is Encoding.UTF_8:
        return found("not_utf8", "", f"{place} is not UTF-8", shown)
    return found("undecodable", "", f"{place} is not {encoding.value}, as which the file is read", shown)


def kind(value: object) -> str:
    """What a value that is no object is called in findings."""
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


def other_file(raw: RawLine) -> Finding | None:
    """The finding for a file that is no JSON Lines at all, by its first line."""
    for start, what in OTHER_FILES.items():
        if raw.content.startswith(start):
            return found("not_a_text_file", "", f"this is {what}, not JSON Lines in UTF-8")
    return None


def _is_blank(raw: RawLine, encoding: Encoding) -> bool:
    if encoding.unit_bytes == 1:
        return raw.is_blank
    return raw.is_complete and not raw.content.strip(BLANKS + b"\0\xff\xfe")


def _blank_lines(first: int, end: int, offsets: Sequence[int]) -> Iterator[Line]:
    # Counted, not kept one by one: a file of nothing but line ends would be kept whole.
    for number in range(first, end):
        offset = offsets[min(number - first, len(offsets) - 1)]
        yield Line(number, offset, 0, None, iter([found("blank_line", "", "this line is blank")]), is_blank=True)


def _blank_end(first: RawLine, last: RawLine) -> Line:
    finding = found("trailing_blank_lines", "", f"the file ends with {last.number - first.number + 1} blank lines")
    size_bytes = last.offset + last.size_bytes - first.offset
    return Line(first.number, first.offset, size_bytes, None, iter([finding]), is_blank=True)
