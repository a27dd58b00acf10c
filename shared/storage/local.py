"""Blobs in a directory of this machine: written aside, flushed to disk, then renamed, so that no half blob is ever seen."""

import errno
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from typing_extensions import override

from shared.storage.base import INCOMING, LEFT_BEHIND_SECONDS, Incoming, Storage, StorageIsFull, checked

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class LocalStorage(Storage):
    """A directory that the API and the workers share."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / INCOMING).mkdir(parents=True, exist_ok=True)

    @override
    @contextmanager
    def incoming(self) -> Iterator[Incoming]:
        aside = self.root / INCOMING / secrets.token_hex(16)
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
    def address(self, key: str, seconds: float) -> str | None:
        """None: nobody but us reads a folder of this machine."""
        return None

    @override
    def delete(self, key: str) -> None:
        self.path(key).unlink(missing_ok=True)

    @override
    def delete_folder(self, key: str) -> None:
        with suppress(FileNotFoundError):
            shutil.rmtree(self.path(key))

    @override
    def forget_leftovers(self) -> None:
        for aside in (self.root / INCOMING).iterdir():
            with suppress(FileNotFoundError):
                if aside.stat().st_mtime < time.time() - LEFT_BEHIND_SECONDS:
                    aside.unlink()

    def path(self, key: str) -> Path:
        """Where a key's bytes lie. Raises ValueError for anything but the keys that we make."""
        return self.root / checked(key)


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
            for folder in path.parents:  # any of them may be new
                _sync_folder(folder)
                if folder == self._storage.root:
                    break


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
