"""A stream with a byte order mark put in front. It reads through; nothing is held in memory."""

import io
from typing import BinaryIO

from typing_extensions import override

MARK = b"\xef\xbb\xbf"


class WithBom(io.RawIOBase):
    """The mark, then the whole content from its start. Seekable if the content is, so that its length can be told first."""

    def __init__(self, content: BinaryIO) -> None:
        super().__init__()
        self._content = content
        self._at = 0

    @override
    def readable(self) -> bool:
        return True

    @override
    def seekable(self) -> bool:
        return self._content.seekable()

    @override
    def read(self, size: int = -1) -> bytes:
        mark = MARK[self._at :]
        chunk = mark[:size] if mark and size >= 0 else mark + self._content.read(size)
        self._at += len(chunk)
        return chunk

    @override
    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_END:
            self._at = len(MARK) + self._content.seek(offset, io.SEEK_END)
        else:
            self._at = offset if whence == io.SEEK_SET else self._at + offset
            self._content.seek(max(0, self._at - len(MARK)))
        return self._at

    @override
    def tell(self) -> int:
        return self._at
