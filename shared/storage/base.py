"""What we ask of any place that keeps blobs. A blob is written whole or not at all, and never changes afterwards."""

from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol


class StorageIsFull(Exception):
    """No room is left; what was being written is gone, everything else is untouched."""


class Incoming(Protocol):
    """A blob that is arriving. Nobody sees it before `keep`."""

    def write(self, chunk: bytes) -> None:
        """Add bytes. Raises StorageIsFull."""
        ...

    def flush(self) -> None:
        """Put on disk what was written, so that little is left for `keep` to do. Raises StorageIsFull."""
        ...

    def keep(self, key: str) -> None:
        """Make it durable under a key; a key that exists already keeps what it has. Raises StorageIsFull."""
        ...


class Storage(Protocol):
    """Blobs by key. A key is made by us (team and digest), never by a caller."""

    def incoming(self) -> AbstractContextManager[Incoming]:
        """Receive a blob whose key is not known yet; what is not kept inside the block is gone after it."""
        ...

    def open(self, key: str) -> BinaryIO:
        """Read a blob as a stream. Raises FileNotFoundError."""
        ...

    def delete(self, key: str) -> None:
        """Forget a blob; one that is gone already is no error."""
        ...
