"""What we ask of any place that keeps blobs. A blob is written whole or not at all, and never changes afterwards."""

import re
from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol

_KEY = re.compile(r"[a-z0-9_]+(/[a-z0-9_.]+)*")

INCOMING = "incoming"
"""The folder of what is still arriving. No key of a blob lies in it."""

LEFT_BEHIND_SECONDS = 24 * 3600.0
"""What has been arriving for longer was left behind by a process that was killed: nothing takes a day."""


class StorageIsFull(OSError):
    """No room is left; what was being written is gone, everything else is untouched."""


class StorageIsAway(OSError):
    """The place does not answer, or does not let us in: nothing is known of the blob, and asking again may help."""


class Incoming(Protocol):
    """A blob that is arriving. Nobody sees it before `keep`."""

    def write(self, chunk: bytes) -> None:
        """Add bytes. Raises StorageIsFull or StorageIsAway."""
        ...

    def flush(self) -> None:
        """Put where it lasts what was written, so that little is left for `keep` to do; nothing may be written after it.

        Raises StorageIsFull or StorageIsAway.
        """
        ...

    def keep(self, key: str) -> None:
        """Make it durable under a key; a key that exists already keeps what it has. Raises StorageIsFull or StorageIsAway."""
        ...


class Storage(Protocol):
    """Blobs by key. A key is made by us (team and digest), never by a caller.

    Any of these may raise StorageIsAway.
    """

    def incoming(self) -> AbstractContextManager[Incoming]:
        """Receive a blob whose key is not known yet; what is not kept inside the block is gone after it."""
        ...

    def open(self, key: str) -> BinaryIO:
        """Read a blob as a buffered stream that can be wound to any byte. Raises FileNotFoundError."""
        ...

    def address(self, key: str, seconds: float) -> str | None:
        """An address (https, where the place itself is reached so) by which anybody can read a blob for so long: a secret.

        None = this place gives out none.
        """
        ...

    def delete(self, key: str) -> None:
        """Forget a blob; one that is gone already is no error."""
        ...

    def delete_folder(self, key: str) -> None:
        """Forget every blob whose key begins with this one and a slash; none is no error."""
        ...

    def forget_leftovers(self) -> None:
        """Delete what killed processes were receiving a day ago."""
        ...


def checked(key: str) -> str:
    """The key itself. Raises ValueError for anything but the keys that we make."""
    if not _KEY.fullmatch(key) or ".." in key:
        raise ValueError(f"not a storage key: {key!r}")
    return key
