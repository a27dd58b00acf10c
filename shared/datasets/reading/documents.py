"""Files of other programs that hold texts but no examples, told by their first bytes or by what their archive holds.

They are refused with advice; what is not known here is left to whoever finds out that it is no text.
"""

from collections.abc import Iterable

from shared.datasets.findings import found
from shared.datasets.reading.line import CannotBeRead

BY_FIRST_BYTES = {
    b"%PDF": "a PDF document",
    b"{\\rtf": "a Rich Text document",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "a document of an old version of Word or Excel",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"Rar!\x1a\x07": "a RAR archive",
    b"BZh": "compressed with bzip2",
    b"\xfd7zXZ\x00": "compressed with xz",
    b"\x28\xb5\x2f\xfd": "compressed with Zstandard",
    b"\x04\x22\x4d\x18": "compressed with LZ4",
    b"SQLite format 3\x00": "an SQLite database",
    b"\x89PNG\r\n\x1a\n": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"Obj\x01": "an Avro file",
    b"ORC\x00": "an ORC file",
    b"ARROW1": "an Arrow file",
    b"\x80\x04\x95": "a pickle of Python",
    b"\x93NUMPY": "an array of NumPy",
    b"\x7fELF": "a program",
}
UTF_32 = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")
BY_MEMBER = {
    "word/document.xml": "a Word document",
    "ppt/presentation.xml": "a PowerPoint presentation",
    "content.xml": "an OpenDocument file",
    "xl/workbook.bin": "a binary Excel workbook",
    "META-INF/container.xml": "an EPUB book",
}


def document_named(names: Iterable[str]) -> str | None:
    """What a zip archive is if it holds files of these names; None for an archive of someone's own."""
    held = set(names)
    return next((what for name, what in BY_MEMBER.items() if name in held), None)


def document_beginning(start: bytes) -> str | None:
    """What a file is that begins so; None if that is not known."""
    return next((what for first, what in BY_FIRST_BYTES.items() if start.startswith(first)), None)


def refuse(what: str | None) -> None:
    """Raises CannotBeRead if it is known what the file is."""
    if what:
        raise CannotBeRead(found("unreadable_document", "", f"this is {what}"))


def refuse_utf_32(start: bytes) -> None:
    """Raises CannotBeRead for text of four bytes per character, which no program writes unasked."""
    if start.startswith(UTF_32):
        raise CannotBeRead(found("unsupported_encoding", "", "the file is in UTF-32"))
