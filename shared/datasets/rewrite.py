"""The bytes that are sent to a provider: the same lines, as plain UTF-8.

Lines are passed on as they are, but for their ends; blank lines and a byte order mark are left out (an adapter whose provider
wants a mark adds it). What a line holds is not looked at.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from shared.datasets.reading.jsonl import BLANKS, BYTE_ORDER_MARK, LONGEST_LINE_BYTES, raw_lines


class LineTooLongError(Exception):
    """A line longer than any that validation lets through: this file was never found ready."""


@dataclass(frozen=True, slots=True)
class Rewritten:
    lines: int
    blank_lines_left_out: int
    size_bytes: int
    sha256: str


def content_lines(source: BinaryIO) -> Iterator[bytes]:
    """Each line without byte order mark and line end; blank ones are empty."""
    for raw in raw_lines(source, LONGEST_LINE_BYTES):
        if not raw.is_complete:
            raise LineTooLongError(f"line {raw.number} has {raw.size_bytes} bytes")
        content = raw.content.removeprefix(BYTE_ORDER_MARK) if raw.number == 1 else raw.content
        yield content.strip(BLANKS)


def write_plain(source: BinaryIO, target: BinaryIO) -> Rewritten:
    """Copy what is to be trained on. Raises LineTooLongError."""
    digest = hashlib.sha256()
    size = 0
    lines = blank = 0
    for content in content_lines(source):
        if not content:
            blank += 1
            continue
        lines += 1
        written = content + b"\n"
        digest.update(written)
        target.write(written)
        size += len(written)
    return Rewritten(lines, blank, size, digest.hexdigest())
