"""Rows become the bytes of a file: JSON Lines, LMFlow's one object, or CSV. Parquet has a file of its own."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from shared.datasets.shaping.shaped import Row
from shared.datasets.shaping.texts import json_text


def lines(rows: Iterable[Row]) -> Iterator[bytes]:
    """One object on each line, in UTF-8."""
    for row in rows:
        yield _encoded(json_text(row) + "\n")


def instances(rows: Iterable[Row], kind: str) -> Iterator[bytes]:
    """`{"type": ..., "instances": [...]}`, with an instance on each line."""
    yield _encoded('{"type": ' + json_text(kind) + ', "instances": [')
    separator = "\n"
    for row in rows:
        yield _encoded(separator + json_text(row))
        separator = ",\n"
    yield b"\n]}\n"


def csv_file(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[bytes]:
    """A header, then a record for each row. A text is written exactly, also one that a spreadsheet would compute."""
    written = StringIO(newline="")
    writer = csv.DictWriter(written, columns)
    writer.writeheader()
    for row in rows:
        writer.writerow(row)
        yield _taken(written)
    yield _taken(written)


def _taken(written: StringIO) -> bytes:
    text = written.getvalue()
    written.seek(0)
    written.truncate()
    return _encoded(text)


def _encoded(text: str) -> bytes:
    # Half a character cannot be encoded; as an escape it stays readable in JSON, and visible elsewhere.
    return text.encode("utf-8", "backslashreplace")
