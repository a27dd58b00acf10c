"""How a file is to be read: what it is, how it is packed, in which encoding, and what else its container needs to know.

Found out once (`inspecting`) and stored with the dataset, so that whoever reads the file again reads the same.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from shared.datasets.findings import Finding, Severity
from shared.datasets.reading.encodings import Encoding


class Container(StrEnum):
    JSONL = "jsonl"
    JSON = "json"
    CSV = "csv"
    TSV = "tsv"
    XLSX = "xlsx"
    YAML = "yaml"
    PARQUET = "parquet"
    TEXT = "text"


class Compression(StrEnum):
    GZIP = "gzip"
    ZIP = "zip"


class Parting(StrEnum):
    """What parts one transcript from the next in a plain text of transcripts."""

    DASHES = "dashes"
    TWO_BLANK_LINES = "two_blank_lines"
    ONE_BLANK_LINE = "one_blank_line"


@dataclass(frozen=True, slots=True)
class Table:
    """How a table is written. `columns` are the names of its rows' keys, made up where the table has none."""

    columns: tuple[str, ...]
    has_header: bool = True
    delimiter: str = ","
    quote: str | None = '"'
    sheet: str | None = None
    rows_above: int = (
        0  # that hold something but are no examples: titles, and the line by which Excel names the delimiter
    )


@dataclass(frozen=True, slots=True)
class Intake:
    """All that reading needs besides the bytes. `notes` are findings of the whole file, none of them an error."""

    container: Container
    compression: Compression | None = None
    encoding: Encoding = Encoding.UTF_8
    has_mark: bool = False
    table: Table | None = None
    list_key: str | None = None  # JSON: under which key the list of rows stands, if it is not the whole
    is_one_row: bool = False  # JSON: the whole is one row
    parting: Parting | None = None  # plain text: its lines are transcripts
    counts_elements: bool = False  # a line's number is that of its element, since elements share lines of text
    notes: tuple[Finding, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether these are JSON Lines that can be read as they lie."""
        return self.container is Container.JSONL and self.compression is None and self.encoding is Encoding.UTF_8

    def as_dict(self) -> dict[str, Any]:
        """For JSON; `Intake.of` takes it back."""
        return asdict(self)

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Intake":
        """What `as_dict` gave, also after a way through JSON."""
        table, parting, compression = stored["table"], stored["parting"], stored["compression"]
        return cls(
            container=Container(stored["container"]),
            compression=None if compression is None else Compression(compression),
            encoding=Encoding(stored["encoding"]),
            has_mark=stored["has_mark"],
            table=None if table is None else Table(**{**table, "columns": tuple(table["columns"])}),
            list_key=stored["list_key"],
            is_one_row=stored["is_one_row"],
            parting=None if parting is None else Parting(parting),
            counts_elements=stored.get("counts_elements", False),  # not stored of what was read before it was known
            notes=tuple(Finding(**{**note, "severity": Severity(note["severity"])}) for note in stored["notes"]),
        )
