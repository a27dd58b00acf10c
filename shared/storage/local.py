"""Blobs in a directory of this machine: written aside, flushed to disk, then renamed, so that no half blob is ever seen."""

import errno
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from typing_extensions import override

from shared.storage.base import Incoming, Storage, StorageIsFull

_KEY = re.compile(r"[a-z0-9_]+(/[a-z0-9_.]+)*")
_A_DAY = 24 * 3600.0
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class LocalStorage(Storage):
    """A directory that the API and the workers share."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "incoming").mkdir(parents=True, exist_ok=True)
        self._forget_leftovers()

    @override
    @contextmanager
    def incoming(self) -> Iterator[Incoming]:
        aside = self.root / "incoming" / secrets.token_hex(16)
        with _no_room_said():
            file = aside.open("xb")
        try:
            yield _IncomingFile(file, aside, self)
        finally:
            aside.unlink(missing_ok=True)
            # What is still buffered was either refused for want of room, which closing would say again, or is not wanted.
            with suppress(OSError):
                file.close()

    @override
    def open(self, key: str) -> BinaryIO:
        return self.path(key).open("rb")

    @override
    def delete(self, key: str) -> None:
        self.path(key).unlink(missing_ok=True)

    def path(self, key: str) -> Path:
        """Where a key's bytes lie. Raises ValueError for anything but the keys that we make."""
        if not _KEY.fullmatch(key):
            raise ValueError(f"not a storage key: {key!r}")
        return self.root / key

    def _forget_leftovers(self) -> None:
        """What killed processes were receiving; nothing takes a day to arrive."""
        for aside in (self.root / "incoming").iterdir():
            with suppress(FileNotFoundError):
                if aside.stat().st_mtime < time.time() - _A_DAY:
                    aside.unlink()


class _IncomingFile(Incoming):
    def __init__(self, file: BinaryIO, aside: Path, storage: LocalStorage) -> None:
        self._file, self._aside, self._storage = file, aside, storage

    @override
    def write(self, chunk: bytes) -> None:
        with _no_room_said():
            self._file.write(chunk)

    @override
    def flush(self) -> None:
        with _no_room_said():
            self._file.flush()
            os.fsync(self._file.fileno())

    @override
    def keep(self, key: str) -> None:
        path = self._storage.path(key)
        self.flush()
        with _no_room_said():
            path.parent.mkdir(parents=True, exist_ok=True)
            # A link never replaces what is there: two uploads of the same bytes end as one blob.
            with suppress(FileExistsError):
                os.link(self._aside, path)
            _sync_folder(path.parent)
            _sync_folder(path.parent.parent)  # the folder itself may be new


def _sync_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _no_room_said() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise StorageIsFull from error
        raise
