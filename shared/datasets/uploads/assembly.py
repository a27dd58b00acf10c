"""The whole of an upload from its pieces, as a stream of chunks. Knows no database."""

import hashlib
from collections.abc import Iterable, Iterator

from shared.storage import Storage

CHUNK_BYTES = 1_000_000


def assembled(storage: Storage, keys: Iterable[str]) -> Iterator[bytes]:
    """The bytes of the pieces, end to end. Raises OSError when one cannot be read."""
    for key in keys:
        with storage.open(key) as piece:
            while chunk := piece.read(CHUNK_BYTES):
                yield chunk


def digest_of(chunks: Iterable[bytes]) -> str:
    """The SHA-256 of the chunks end to end, in hexadecimal."""
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()
