"""Parquet: each row becomes an object of what JSON can say. Read batch by batch, never a whole column.

Dates, times and decimals become texts; what is missing, or not a number, becomes null. Bytes are refused. Rows have numbers, but
no place in the file.
"""

import math
from collections.abc import Iterator
from datetime import date, time, timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any, BinaryIO
from uuid import UUID

from shared.datasets.findings import Finding, found, pointer
from shared.datasets.reading.intake import Intake
from shared.datasets.reading.line import CannotBeRead, Line

BATCH_ROWS = 64
BUFFER_BYTES = 1024 * 1024


def read(stream: BinaryIO, _: Intake, __: int) -> Iterator[Line]:
    """Each row, counted from 1."""
    number = 0
    for batch in _batches(stream):
        for values in batch:
            number += 1
            yield _line(number, values)


def _batches(stream: BinaryIO) -> Iterator[list[dict[str, Any]]]:
    parquet = import_module("pyarrow.parquet")
    stream.seek(0)
    try:
        # Buffered, since the chunk of a column may be as large as the file.
        file = parquet.ParquetFile(stream, buffer_size=BUFFER_BYTES, pre_buffer=False, page_checksum_verification=True)
        for batch in file.iter_batches(batch_size=BATCH_ROWS, use_threads=False):
            yield _in_microseconds(batch).to_pylist()
    except Exception as error:  # whatever the library trips over, the file is not as it should be
        raise CannotBeRead(found("damaged_file", "", f"the Parquet file cannot be read: {error}")) from error


def _in_microseconds(batch: Any) -> Any:
    """The same rows; Python has no times of nanoseconds, as which pandas keeps every date."""
    arrow = import_module("pyarrow")
    for index, field in enumerate(batch.schema):
        if arrow.types.is_timestamp(field.type) and field.type.unit == "ns":
            coarse = arrow.timestamp("us", field.type.tz)
            batch = batch.set_column(index, field.with_type(coarse), batch.column(index).cast(coarse, safe=False))
    return batch


def _line(number: int, values: dict[str, Any]) -> Line:
    findings: list[Finding] = []
    row = {key: _as_json(value, (key,), findings) for key, value in values.items()}
    return Line(number, 0, 0, None if findings else row, iter(findings))


def _as_json(value: Any, path: tuple[str | int, ...], findings: list[Finding]) -> Any:
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case dict():
            return {str(key): _as_json(child, (*path, str(key)), findings) for key, child in value.items()}
        case list() | tuple():
            return [_as_json(child, (*path, index), findings) for index, child in enumerate(value)]
        case _:
            return _as_text(value, path, findings)


def _as_text(value: object, path: tuple[str | int, ...], findings: list[Finding]) -> str | None:
    match value:
        case date() | time():
            return value.isoformat()
        case Decimal() | UUID() | timedelta():
            return str(value)
        case _:
            findings.append(found("binary_value", pointer(*path), "the cell holds bytes", value))
            return None
