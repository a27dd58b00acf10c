"""Writing a blob whose key is its digest, which is known at its end only."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from shared.datasets.recording import Bytes, bytes_of
from shared.storage import Incoming, Storage


class Target:
    """Takes bytes on their way to storage. Nothing is kept before `keep`."""

    def __init__(self, incoming: Incoming, team_id: str) -> None:
        self._incoming, self._team_id = incoming, team_id
        self._digest = hashlib.sha256()
        self._size_bytes = 0

    def write(self, content: bytes, /) -> int:
        """Add bytes. Raises StorageIsFull."""
        self._incoming.write(content)
        self._digest.update(content)
        self._size_bytes += len(content)
        return len(content)

    @property
    def sha256(self) -> str:
        """The digest of all that was written."""
        return self._digest.hexdigest()

    def keep(self) -> Bytes:
        """Make all that was written durable. Raises StorageIsFull."""
        written = bytes_of(self._team_id, self.sha256, self._size_bytes)
        self._incoming.keep(written.key)
        return written


@contextmanager
def target(storage: Storage, team_id: str) -> Iterator[Target]:
    """A blob of a team that is about to be written; what is not kept inside the block is gone after it."""
    with storage.incoming() as incoming:
        yield Target(incoming, team_id)
