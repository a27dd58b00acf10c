"""A stretch of a file as a file of its own, so that a part is sent without being held in memory."""

import io
from typing import BinaryIO

from typing_extensions import override


class Slice(io.RawIOBase):
    """`size_bytes` of a seekable file, from an offset on; less where the file ends before."""

    def __init__(self, whole: BinaryIO, offset: int, size_bytes: int) -> None:
        super().__init__()
        self._whole, self._offset = whole, offset
        self._size = max(0, min(size_bytes, whole.seek(0, io.SEEK_END) - offset))
        self._at = 0

    @override
    def readable(self) -> bool:
        return True

    @override
    def seekable(self) -> bool:
        return True

    @override
    def read(self, size: int = -1) -> bytes:
        left = self._size - self._at
        self._whole.seek(self._offset + self._at)
        chunk = self._whole.read(left if size < 0 else min(size, left))
        self._at += len(chunk)
        return chunk

    @override
    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        begin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = min(max(0, begin + offset), self._size)
        return self._at

    @override
    def tell(self) -> int:
        return self._at
