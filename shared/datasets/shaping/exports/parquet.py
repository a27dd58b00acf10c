"""Parquet files, written a group of rows at a time. All columns are texts.

pyarrow is large, so it is loaded when such a file is asked for.
"""

from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from itertools import islice

from shared.datasets.shaping.shaped import Row

ROWS_PER_GROUP = 1_000


def parquet_file(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[bytes]:
    """The bytes of each group, and of the footer. Memory holds one group."""
    pa, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    schema = pa.schema([(column, pa.string()) for column in columns])
    sink = _Sink()
    left = iter(rows)
    with parquet.ParquetWriter(pa.PythonFile(sink, mode="w"), schema) as writer:
        while group := list(islice(left, ROWS_PER_GROUP)):
            writer.write_table(pa.Table.from_pylist(group, schema))
            yield sink.taken()
    yield sink.taken()


class _Sink:
    """A file to pyarrow, which hands over what was written since it was asked last."""

    closed = False

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size_bytes = 0

    def write(self, part: bytes) -> int:
        self._parts.append(bytes(part))
        self._size_bytes += len(part)
        return len(part)

    def tell(self) -> int:
        return self._size_bytes

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        self.closed = True

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)
