"""What a file is, found out from its beginning: content decides, then what its uploader says, then the ending of its name.

Reads no more than the first megabyte (and the list of files in a zip). Nothing is parsed for good here: `reading` does.
"""

import re
from dataclasses import replace
from pathlib import PurePath
from typing import BinaryIO

from shared.datasets.findings import Finding, found
from shared.datasets.reading.documents import document_beginning, document_named, refuse, refuse_utf_32
from shared.datasets.reading.encodings import Encoded, Encoding, detect
from shared.datasets.reading.intake import Compression, Container, Intake
from shared.datasets.reading.line import CannotBeRead
from shared.datasets.reading.looks import look_of
from shared.datasets.reading.plausibility import is_no_latin, is_uncertain, says_something_in_chinese
from shared.datasets.reading.scripts import may_be_korean, script_of
from shared.datasets.reading.unpacking import directory, member, unpacked
from shared.datasets.reading.workbooks import sheet_of

SAMPLE_BYTES = 1024 * 1024
GZIP = b"\x1f\x8b"
ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
PARQUET = b"PAR1"
MOST_CONTROLS = 0.02  # of the characters of a text

_CONTROLS = re.compile("[\0-\x08\x0b\x0e-\x1a\x1c-\x1f]")

ENDINGS = {
    "jsonl": Container.JSONL,
    "ndjson": Container.JSONL,
    "jsonlines": Container.JSONL,
    "json": Container.JSON,
    "csv": Container.CSV,
    "tsv": Container.TSV,
    "tab": Container.TSV,
    "xlsx": Container.XLSX,
    "xlsm": Container.XLSX,
    "yaml": Container.YAML,
    "yml": Container.YAML,
    "parquet": Container.PARQUET,
    "txt": Container.TEXT,
    "text": Container.TEXT,
    "md": Container.TEXT,
}


def inspect(stream: BinaryIO, filename: str, declared: Container | None = None, sheet: str | None = None) -> Intake:
    """How to read the file, and of a workbook which sheet. The stream must be seekable, and is left anywhere.

    Raises CannotBeRead.
    """
    stream.seek(0)
    start = stream.read(SAMPLE_BYTES)
    called = declared or _by_ending(filename)
    if start.startswith(GZIP):
        _refuse_sheet(sheet)
        return _packed(stream, Compression.GZIP, called)
    if start.startswith(ZIP):
        return _zip(stream, called, sheet)
    _refuse_sheet(sheet)
    return _file(start, called, is_whole=len(start) < SAMPLE_BYTES)


def _by_ending(filename: str) -> Container | None:
    """What the name says, without the endings of archives."""
    endings = [ending.removeprefix(".").lower() for ending in PurePath(filename).suffixes]
    known = [ENDINGS[ending] for ending in endings if ending in ENDINGS]
    return known[-1] if known else None


def _refuse_sheet(sheet: str | None) -> None:
    if sheet is not None:
        raise CannotBeRead(found("unknown_sheet", "", "the file is no workbook, and has no sheets", sheet))


def _zip(stream: BinaryIO, called: Container | None, sheet: str | None) -> Intake:
    with directory(stream) as archive:
        names = archive.namelist()
        if "xl/workbook.xml" in names:
            return _checked(sheet_of(stream, archive, sheet), called)
        _refuse_sheet(sheet)
        refuse(document_named(names))
        only = member(archive)
    return _packed(stream, Compression.ZIP, _by_ending(only.filename) or called)


def _packed(stream: BinaryIO, compression: Compression, called: Container | None) -> Intake:
    start = b""
    try:
        with unpacked(stream, compression) as plain:
            start = plain.read(SAMPLE_BYTES)
    except CannotBeRead:
        if not start:  # else whoever reads comes to the damage too, behind what is sound
            raise
    if start.startswith((GZIP, *ZIP, PARQUET)):
        raise CannotBeRead(found("nested_archive", "", "what is packed is packed itself"))
    intake = _file(start, called, is_whole=len(start) < SAMPLE_BYTES)
    note = found("unpacked", "", f"the file was unpacked ({compression})")
    return replace(intake, compression=compression, notes=(note, *intake.notes))


def _file(start: bytes, called: Container | None, *, is_whole: bool) -> Intake:
    if not start:
        raise CannotBeRead(found("empty_file", "", "the file has no bytes"))
    refuse(document_beginning(start))
    refuse_utf_32(start)
    if start.startswith(PARQUET):
        return _checked(Intake(Container.PARQUET), called)
    encoded = detect(start, is_whole=is_whole)
    text = _text(start, encoded)
    if not text.strip():
        raise CannotBeRead(found("empty_file", "", "the file holds nothing but blanks"))
    if (script := _script(start, text, encoded.encoding, is_whole=is_whole)) is not encoded.encoding:
        encoded = Encoded(script)
        text = _text(start, encoded)
    intake = look_of(text, called, is_whole=is_whole)
    intake = replace(intake, encoding=encoded.encoding, has_mark=encoded.has_mark)
    if encoded.encoding is not Encoding.UTF_8:
        note = found("read_as_encoding", "", f"the file was read as {encoded.encoding.value}")
        doubts = _doubts(text, encoded.encoding)
        intake = replace(intake, notes=(note, *doubts, *intake.notes))
    elif encoded.has_mark and intake.container is not Container.JSONL:  # which says so itself, at its first line
        note = found("byte_order_mark", "", "the file begins with a UTF-8 byte order mark")
        intake = replace(intake, notes=(note, *intake.notes))
    return _checked(intake, called)


def _script(start: bytes, text: str, taken_for: Encoding, *, is_whole: bool) -> Encoding:
    """The encoding that is plainly meant, where what a text was taken for makes little sense. Raises CannotBeRead."""
    is_foreign = taken_for is Encoding.LATIN_1 and is_no_latin(text)
    is_odd = taken_for is Encoding.GB18030 and is_uncertain(text, taken_for)
    if (is_foreign or is_odd) and (meant := script_of(start, is_whole=is_whole)):
        return meant
    if is_foreign:
        message = "the text makes no words in Latin letters, and too few in any other script to tell its encoding"
        raise CannotBeRead(found("unsupported_encoding", "", message, text.strip()))
    is_short_chinese = taken_for is Encoding.GB18030 and not says_something_in_chinese(text)
    if is_short_chinese and may_be_korean(start, is_whole=is_whole):
        message = "the text may be Chinese or Korean, and says too little in either to tell its encoding"
        raise CannotBeRead(found("unsupported_encoding", "", message, text.strip()))
    return taken_for


def _doubts(text: str, encoding: Encoding) -> tuple[Finding, ...]:
    if not is_uncertain(text, encoding):
        return ()
    message = f"{encoding.value} is a guess: the text may have another encoding, in which other letters are meant"
    return (found("uncertain_encoding", "", message),)


def _text(start: bytes, encoded: Encoded) -> str:
    text = start.decode(encoded.encoding.codec, errors="replace").removeprefix("\ufeff")
    controls = len(_CONTROLS.findall(text))
    if controls > MOST_CONTROLS * len(text):
        raise CannotBeRead(
            found("unknown_binary", "", "the file begins with bytes that are no text", start[:20].hex(" "))
        )
    return text


def _checked(intake: Intake, called: Container | None) -> Intake:
    """With a note if the file is not what it was called."""
    if called is None or called is intake.container:
        return intake
    message = f"called {called.value}, the file holds {intake.container.value}, and was read as that"
    return replace(intake, notes=(*intake.notes, found("not_what_it_was_called", "", message)))
