"""Findings on their way from a validation to the database: kept in a file of their own, so that a million cost no memory."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import astuple
from tempfile import SpooledTemporaryFile
from typing import Any, Self

import msgspec

from shared.datasets.findings.code import Severity
from shared.datasets.findings.finding import Finding

IN_MEMORY_BYTES = 4_000_000

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[int, str, Severity, str, str, str, str, int]).decode


class Spool:
    """Takes findings in their order, and gives them back in it as often as asked. Gone when the block is left."""

    def __init__(self) -> None:
        self._opened = ExitStack()
        self._file = self._opened.enter_context(SpooledTemporaryFile(max_size=IN_MEMORY_BYTES))
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def __len__(self) -> int:
        return self._count

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
