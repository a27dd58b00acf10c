"""A place for one file that is looked at and forgotten: what storage is to uploads, but nothing stays."""

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO, BinaryIO, NoReturn, cast

from typing_extensions import override

from shared.storage import Incoming


class Scratch:
    """Receives one file; `file` is there within the block of `incoming`."""

    file: BinaryIO

    @contextmanager
    def incoming(self) -> Iterator[Incoming]:
        with TemporaryFile() as file:
            self.file = cast("BinaryIO", file)
            yield _Passing(file)


class _Passing(Incoming):
    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    @override
    def write(self, chunk: bytes) -> None:
        self._file.write(chunk)

    @override
    def flush(self) -> None:
        self._file.flush()
        self._file.seek(0)

    @override
    def keep(self, key: str) -> NoReturn:
        raise NotImplementedError("nothing is kept here")
