"""An object of a store as a raw stream: each read asks for a range of its bytes. Buffering is the standard library's."""

from io import SEEK_CUR, SEEK_END, SEEK_SET, RawIOBase

import obstore
from obstore.store import ObjectStore
from typing_extensions import Buffer, override

from shared.storage.faults import sorted_out

READ_BYTES = 4 * 2**20
_FIRST_READ_BYTES = 2**18


class Ranges(RawIOBase):
    """Reads from where it stands. Whoever goes on reading is brought more at a time: a look costs little, a long way few requests.

    Reading raises StorageIsAway, or FileNotFoundError when the object has gone since.
    """

    def __init__(self, store: ObjectStore, key: str, size_bytes: int) -> None:
        super().__init__()
        self._store, self._key, self._size_bytes = store, key, size_bytes
        self._position = 0
        self._most_bytes = _FIRST_READ_BYTES

    @override
    def readable(self) -> bool:
        return True

    @override
    def seekable(self) -> bool:
        return True

    @override
    def tell(self) -> int:
        return self._position

    @override
    def seek(self, offset: int, whence: int = SEEK_SET, /) -> int:
        position = {SEEK_SET: 0, SEEK_CUR: self._position, SEEK_END: self._size_bytes}[whence] + offset
        if position < 0:
            raise ValueError(f"a stream has no byte {position}")
        if position != self._position:
            self._most_bytes = _FIRST_READ_BYTES
        self._position = position
        return position

    @override
    def readinto(self, buffer: Buffer, /) -> int:
        with memoryview(buffer).cast("B") as room:
            brought = self._bring(min(len(room), self._most_bytes))
            room[: len(brought)] = brought
        self._most_bytes = min(2 * self._most_bytes, READ_BYTES)
        return len(brought)

    @override
    def readall(self) -> bytes:
        return bytes(self._bring(self._size_bytes))

    def _bring(self, most_bytes: int) -> memoryview:
        length = min(most_bytes, self._size_bytes - self._position)
        if length <= 0:
            return memoryview(b"")
        with sorted_out():
            brought = memoryview(obstore.get_range(self._store, self._key, start=self._position, length=length))
        self._position += len(brought)
        return brought
