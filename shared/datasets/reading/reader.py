"""The lines of a file of any kind, one at a time, however it is packed. Each kind has a module of its own.

Modules that need a large library are loaded only when such a file is read.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from typing import BinaryIO

from shared.datasets.reading.intake import Container, Intake
from shared.datasets.reading.line import LONGEST_LINE_BYTES, CannotBeRead, Line, without_row
from shared.datasets.reading.unpacking import unpacked

_MODULES = {
    Container.JSONL: "jsonl",
    Container.JSON: "json_lists",
    Container.CSV: "tables",
    Container.TSV: "tables",
    Container.XLSX: "workbooks",
    Container.YAML: "yaml_lists",
    Container.PARQUET: "parquet",
    Container.TEXT: "plain_text",
}

Reader = Callable[[BinaryIO, Intake, int], Iterator[Line]]


def read(stream: BinaryIO, intake: Intake, longest_bytes: int = LONGEST_LINE_BYTES) -> Iterator[Line]:
    """Every line of the file in its order. Raises nothing: where the rest cannot be read, the last line has a finding."""
    reader: Reader = import_module(f"shared.datasets.reading.{_MODULES[intake.container]}").read
    end = (1, 0)
    try:
        with unpacked(stream, intake.compression) as plain:
            for element, line in enumerate(reader(plain, intake, longest_bytes), start=1):
                placed = replace(line, number=element) if intake.counts_elements else line
                end = (placed.number + 1, placed.offset + placed.size_bytes)
                yield placed
    except CannotBeRead as refused:
        finding = refused.finding
        has_place = finding.line and not intake.counts_elements
        yield without_row(*((finding.line, finding.offset) if has_place else end), 0, finding)
