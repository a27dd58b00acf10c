"""The hand-written corpus: rows, lines and whole files, each with exactly what must be found in it and nothing else.

The files in `corpus/` say what is expected by the rules of the providers; none of them was written from what the code found.
"""

import csv
import gzip
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import Any

from openpyxl import Workbook

from shared.datasets.shapes import Shape
from tests.datasets.files import corpus, good_line

ROWS = {
    "chat": Shape.CHAT,
    "tools": Shape.CHAT,
    "images": Shape.CHAT,
    "turns": Shape.CHAT,
    "preference": Shape.PREFERENCE,
    "reinforcement": Shape.REINFORCEMENT,
    "completion": Shape.COMPLETION,
}
TEXTS = {"lines": "line", "mangled": "text"}

Expected = tuple[int, str, str]
"""Line, code and pointer of a finding."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a file, which may be faulty, and may be spread over several lines."""

    name: str
    shape: Shape
    text: str  # without the line end
    findings: tuple[tuple[str, str], ...]  # code and pointer, all on its first line

    @property
    def lines(self) -> int:
        return self.text.count("\n") + 1

    def expected(self, line: int) -> list[Expected]:
        return [(line, code, pointer) for code, pointer in self.findings]


@dataclass(frozen=True, slots=True)
class File:
    """A whole file as it is uploaded."""

    name: str
    shape: Shape | None  # none: its rows are no examples yet
    filename: str
    content: bytes
    findings: tuple[Expected, ...]


def records() -> list[Record]:
    from_rows = [_record(name, case, json.dumps(case["row"])) for name in ROWS for case in corpus(name)]
    return from_rows + [_record(name, case, case[key]) for name, key in TEXTS.items() for case in corpus(name)]


def files(name: str) -> list[File]:
    return [
        File(
            case["name"],
            Shape(shape) if (shape := case.get("shape", "chat")) else None,
            case.get("filename", "data.jsonl"),
            PACKINGS[case.get("packing", "none")](_content(case)),
            tuple((line, code, pointer) for line, code, pointer in case["findings"]),
        )
        for case in corpus(name)
    ]


def together(*parts: Record | list[str]) -> tuple[bytes, list[Expected]]:
    """A file of these records and of these plain lines, and what is to be found in it."""
    texts: list[str] = []
    expected: list[Expected] = []
    line = 1
    for part in parts:
        if isinstance(part, Record):
            expected += part.expected(line)
            texts.append(part.text)
            line += part.lines
        else:
            texts += part
            line += len(part)
    return "".join(text + "\n" for text in texts).encode("utf-8", "surrogatepass"), sorted(expected)


def _record(name: str, case: dict[str, Any], text: str) -> Record:
    findings = tuple((code, pointer) for code, pointer in case["findings"])
    return Record(f"{name}: {case['name']}", ROWS.get(name, Shape.CHAT), text, findings)


def _content(case: dict[str, Any]) -> bytes:
    """Texts are encoded; a number stands for so many good examples, `hex` for bytes that are no text."""
    encoding = case.get("encoding", "utf-8")
    shape = Shape(case.get("shape") or "chat")
    numbers = iter(range(1_000))
    return b"".join(
        bytes.fromhex(piece["hex"]) if isinstance(piece, dict) else _text(piece, shape, numbers).encode(encoding)
        for piece in case["content"]
    )


def _text(piece: str | int, shape: Shape, numbers: Iterator[int]) -> str:
    if isinstance(piece, str):
        return piece
    return "".join(good_line(next(numbers), shape) + "\n" for _ in range(piece))


def _zipped(content: bytes, *names: str) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), content)
    return target.getvalue()


def _with_password(archive: bytes) -> bytes:
    """The archive with the flag of encryption, in the header of the file and in the directory."""
    marked = bytearray(archive)
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        marked[archive.index(header) + flags] |= 1
    return bytes(marked)


def _workbook(table: bytes, *sheets: str) -> bytes:
    workbook = Workbook(write_only=True)
    for sheet in sheets:
        written = workbook.create_sheet(sheet)
        for row in csv.reader(StringIO(table.decode())):
            written.append(row)
    target = BytesIO()
    workbook.save(target)
    return target.getvalue()


PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "none": lambda content: content,
    "gzip": lambda content: gzip.compress(content, mtime=0),
    "gzip of gzip": lambda content: gzip.compress(gzip.compress(content, mtime=0), mtime=0),
    "zip": lambda content: _zipped(content, "data.csv" if content.startswith(b"prompt,") else "data.jsonl"),
    "zip of two": lambda content: _zipped(content, "a.jsonl", "b.jsonl"),
    "zip with a password": lambda content: _with_password(_zipped(content, "data.jsonl")),
    "half a zip": lambda content: _zipped(content, "data.jsonl")[:200],
    "xlsx": lambda content: _workbook(content, "Sheet1"),
    "xlsx of two sheets": lambda content: _workbook(content, "Sheet1", "Sheet2"),
}
