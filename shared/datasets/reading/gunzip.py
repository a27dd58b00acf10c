"""Gzip, unpacked piece by piece. Of a file that was cut off all is given that is there, before its end is told.

The standard library's reader gives nothing of a cut-off file that is smaller than what is asked for at once.
"""

import zlib
from typing import BinaryIO

PIECE_BYTES = 64 * 1024
_GZIP = 16 + zlib.MAX_WBITS


class Gunzip:
    """The bytes of all members, one after the other. Raises EOFError where the file was cut off, zlib.error where it is damaged."""

    def __init__(self, packed: BinaryIO) -> None:
        self._packed = packed
        self._member = zlib.decompressobj(_GZIP)
        self._held = b""

    def read(self, size: int) -> bytes:
        """At most `size` bytes; none at the end."""
        while True:
            self._held = self._held or self._packed.read(PIECE_BYTES)
            if self._member.eof and not self._begin_next():
                return b""
            piece = self._member.decompress(self._held, size)
            self._held = self._member.unused_data or self._member.unconsumed_tail
            if piece:
                return piece
            if not self._held and not self._member.eof and not self._refill():
                raise EOFError("it was cut off")

    def _refill(self) -> bool:
        self._held = self._packed.read(PIECE_BYTES)
        return bool(self._held)

    def _begin_next(self) -> bool:
        """Whether there is another member; zeros behind the last one are only padding."""
        while self._held and not self._held.strip(b"\0"):
            self._refill()
        if not self._held:
            return False
        self._held = self._held.lstrip(b"\0")
        self._member = zlib.decompressobj(_GZIP)
        return True
