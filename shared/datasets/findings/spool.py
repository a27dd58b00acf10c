"""Findings on their way from a validation to the database: kept in a file of their own, so that a million cost no memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple
from tempfile import SpooledTemporaryFile
from typing import IO, Any

import msgspec

from shared.datasets.findings.code import Severity
from shared.datasets.findings.finding import Finding

IN_MEMORY_BYTES = 4_000_000

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[int, str, Severity, str, str, str, str, int]).decode


@contextmanager
def spool() -> Iterator["Spool"]:
    """An empty one, gone when the block is left."""
    with SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as file:
        yield Spool(file)


class Spool:
    """Takes findings in their order, and gives them back in it as often as asked."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, finding: object) -> bool:
        return any(one == finding for one in self)

    def add(self, finding: Finding) -> None:
        """Keep one more."""
        packed = _encode(astuple(finding))
        self._file.write(len(packed).to_bytes(4))
        self._file.write(packed)
        self._count += 1

    def __iter__(self) -> Iterator[Finding]:
        self._file.seek(0)
        for _ in range(self._count):
            size = int.from_bytes(self._file.read(4))
            packed: Any = _decode(self._file.read(size))
            yield Finding(*packed)
        self._file.seek(0, 2)
