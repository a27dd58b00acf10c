"""Blobs in an object store: S3, what speaks its protocol, or Azure Blob. Where that is, and who we are there, is not its affair.

An object is seen whole or not at all, so a small blob is simply put. A large one is sent aside in parts while it arrives, since
its key is its digest and not known before the end; then the store copies it to its key.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from io import BufferedReader
from typing import BinaryIO

import obstore
from obstore.store import AzureStore, ObjectStore, S3Store
from typing_extensions import override

from shared.clock import utc_now
from shared.storage.base import INCOMING, LEFT_BEHIND_SECONDS, Incoming, Storage, StorageIsAway, checked
from shared.storage.faults import sorted_out
from shared.storage.ranges import READ_BYTES, Ranges
from shared.storage.sending import PART_BYTES, Sending


class RemoteStorage(Storage):
    """A bucket or container, or what lies under a prefix of one."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    @override
    @contextmanager
    def incoming(self) -> Iterator[Incoming]:
        arriving = _Arriving(self._store)
        try:
            yield arriving
        finally:
            arriving.forget()

    @override
    def open(self, key: str) -> BinaryIO:
        with sorted_out():
            size_bytes = obstore.head(self._store, checked(key))["size"]
        return BufferedReader(Ranges(self._store, key, size_bytes), READ_BYTES)

    @override
    def address(self, key: str, seconds: float) -> str | None:
        """None where what we were given to show there signs nothing (a shared access signature)."""
        if not isinstance(self._store, S3Store | AzureStore) or "sas_key" in self._store.config:
            return None
        with sorted_out():
            return obstore.sign(self._store, "GET", checked(key), timedelta(seconds=seconds))

    @override
    def delete(self, key: str) -> None:
        with sorted_out():
            _delete(self._store, checked(key))

    @override
    def delete_folder(self, key: str) -> None:
        with sorted_out():
            found = [one["path"] for page in obstore.list(self._store, prefix=checked(key)) for one in page]
            _delete(self._store, *found)

    @override
    def forget_leftovers(self) -> None:
        before = utc_now() - timedelta(seconds=LEFT_BEHIND_SECONDS)
        with sorted_out():
            pages = obstore.list(self._store, prefix=INCOMING)
            found = [one["path"] for page in pages for one in page if one["last_modified"] < before]
            _delete(self._store, *found)


class _Arriving(Incoming):
    """In memory until it is too large for that, then on its way to an object aside."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._part = bytearray()
        self._aside = f"{INCOMING}/{secrets.token_hex(16)}"
        self._sending: Sending | None = None

    @override
    def write(self, chunk: bytes) -> None:
        self._part += chunk
        if len(self._part) > PART_BYTES:
            self._send()

    @override
    def flush(self) -> None:
        if self._sending is not None:
            if self._part:
                self._send()
            self._sending.finish()

    @override
    def keep(self, key: str) -> None:
        checked(key)
        self.flush()
        with _bucket_expected(), sorted_out():
            # Between this look and the next line somebody else may keep the same key: the same bytes, since it is their digest.
            if _exists(self._store, key):
                return
            if self._sending is None:
                obstore.put(self._store, key, bytes(self._part), use_multipart=False)
            else:
                obstore.copy(self._store, self._aside, key)

    def forget(self) -> None:
        """Leave nothing aside, if the store lets us: what stays is deleted with other leftovers."""
        if self._sending is not None:
            self._sending.abandon()
            with suppress(OSError), sorted_out():
                _delete(self._store, self._aside)

    def _send(self) -> None:
        if self._sending is None:
            self._sending = Sending(self._store, self._aside)
        part, self._part = bytes(self._part), bytearray()
        self._sending.send(part)


def _exists(store: ObjectStore, key: str) -> bool:
    try:
        obstore.head(store, key)
    except FileNotFoundError:
        return False
    return True


def _delete(store: ObjectStore, *keys: str) -> None:
    # S3 is content when an object is gone already, Azure says so.
    with suppress(FileNotFoundError):
        if keys:
            obstore.delete(store, keys)


@contextmanager
def _bucket_expected() -> Iterator[None]:
    """Whoever writes and finds nothing has found no bucket."""
    try:
        yield
    except FileNotFoundError as error:
        raise StorageIsAway("there is no such bucket or container") from error
