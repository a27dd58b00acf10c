"""The bytes a provider gets: the same lines, in the file form that provider wants.

OpenAI wants UTF-8 without a byte order mark, Azure with one. Lines are passed on as they are, but for their ends;
blank lines are left out and counted. What a line holds is not looked at.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from shared.datasets.jsonl import BLANKS, BYTE_ORDER_MARK, LONGEST_LINE_BYTES, raw_lines


class LineTooLongError(Exception):
    """A line longer than any that validation lets through: this file was never found ready."""


@dataclass(frozen=True, slots=True)
class Rewritten:
    lines: int
    blank_lines_left_out: int
    size_bytes: int
    sha256: str


def write_for_openai(source: BinaryIO, target: BinaryIO) -> Rewritten:
    return _write(source, target, start=b"")


def write_for_azure(source: BinaryIO, target: BinaryIO) -> Rewritten:
    return _write(source, target, start=BYTE_ORDER_MARK)


def content_lines(source: BinaryIO) -> Iterator[bytes]:
    """Each line without byte order mark and line end; blank ones are empty."""
    for raw in raw_lines(source, LONGEST_LINE_BYTES):
        if not raw.is_complete:
            raise LineTooLongError(f"line {raw.number} has {raw.size_bytes} bytes")
        content = raw.content.removeprefix(BYTE_ORDER_MARK) if raw.number == 1 else raw.content
        yield content.strip(BLANKS)


def _write(source: BinaryIO, target: BinaryIO, start: bytes) -> Rewritten:
    digest = hashlib.sha256(start)
    target.write(start)
    size = len(start)
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
