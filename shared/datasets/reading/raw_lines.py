"""The lines of a file as bytes, one at a time, and none longer than allowed. What they say is not looked at.

In UTF-16 a line end is two bytes, which only count where a character begins; in every other encoding that is read here the
byte of a line feed means nothing else.
"""

from collections.abc import Iterator
from typing import BinaryIO

from shared.datasets.reading.encodings import Encoding
from shared.datasets.reading.line import LONGEST_LINE_BYTES, RawLine

PIECE_BYTES = 64 * 1024


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


def encoded_lines(stream: BinaryIO, encoding: Encoding, longest_bytes: int) -> Iterator[RawLine]:
    """The same for a file in any encoding; the bytes stay as they are."""
    if encoding.unit_bytes == 1:
        return raw_lines(stream, longest_bytes)
    return _wide_lines(stream, "\n".encode(encoding.codec), longest_bytes)


def skip_to_line_end(stream: BinaryIO, at_once: int) -> int:
    """Passes over the rest of a line; returns its bytes, the line end with them."""
    skipped = 0
    while piece := stream.readline(at_once):
        skipped += len(piece)
        if piece.endswith(b"\n"):
            break
    return skipped


def _wide_lines(stream: BinaryIO, line_end: bytes, longest_bytes: int) -> Iterator[RawLine]:
    number = offset = size = 0
    held = bytearray()
    for piece in _aligned(stream):
        start = 0
        while start < len(piece):
            end = _line_end(piece, line_end, start)
            taken = piece[start : end or len(piece)]
            size += len(taken)
            held += taken[: max(0, longest_bytes - len(held))]
            start += len(taken)
            if end:
                number += 1
                yield RawLine(number, offset, size, bytes(held))
                offset, size = offset + size, 0
                held.clear()
    if size:
        yield RawLine(number + 1, offset, size, bytes(held))


def _aligned(stream: BinaryIO) -> Iterator[bytes]:
    """Pieces that begin where a character begins; the last may end within one."""
    odd = b""
    while piece := stream.read(PIECE_BYTES):
        whole = odd + piece
        cut = len(whole) & ~1
        odd = whole[cut:]
        yield whole[:cut]
    if odd:
        yield odd


def _line_end(piece: bytes, line_end: bytes, start: int) -> int:
    """Where the first line end from `start` on is over; 0 if there is none."""
    at = piece.find(line_end, start)
    while at > 0 and at % 2 == 1:
        at = piece.find(line_end, at + 1)
    return at + 2 if at >= 0 else 0
