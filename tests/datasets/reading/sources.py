"""Files of every kind that hold the same rows, made by the libraries that people make them with."""

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from importlib import import_module
from typing import Any

import openpyxl
import yaml

from shared.datasets.reading import CannotBeRead, Container, Intake, Line, inspect, read

Row = dict[str, Any]


def jsonl(rows: list[Row]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def json_list(rows: list[Row], indent: int | None = 1) -> bytes:
    return json.dumps(rows, indent=indent, ensure_ascii=False).encode()


def table(rows: list[Row], delimiter: str = ",") -> bytes:
    written = io.StringIO()
    writer = csv.DictWriter(written, fieldnames=list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode()


def workbook(rows: list[list[Any]], *more_sheets: str, **filled: list[list[Any]]) -> bytes:
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    for row in rows:
        sheet.append(row)
    for title in (*more_sheets, *filled):
        added = made.create_sheet(title)
        for row in filled.get(title, []):
            added.append(row)
    return saved(made.save)


def yaml_list(rows: list[Any]) -> bytes:
    return yaml.safe_dump(rows, allow_unicode=True).encode()


def parquet(rows: list[Row]) -> bytes:
    arrow, writer = import_module("pyarrow"), import_module("pyarrow.parquet")
    return saved(lambda file: writer.write_table(arrow.Table.from_pylist(rows), file))


def saved(save: Callable[[io.BytesIO], object]) -> bytes:
    file = io.BytesIO()
    save(file)
    return file.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            # Without a time of its own, so that the same test has the same name everywhere.
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def gzipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def intake_of(content: bytes, filename: str = "upload", declared: Container | None = None) -> Intake:
    return inspect(io.BytesIO(content), filename, declared)


def lines_in(content: bytes, filename: str = "upload", longest_bytes: int = 100_000) -> list[Line]:
    stream = io.BytesIO(content)
    return list(read(stream, inspect(stream, filename), longest_bytes))


def rows_in(content: bytes, filename: str = "upload") -> list[Row | None]:
    return [line.row for line in lines_in(content, filename)]


def found_in(content: bytes, filename: str = "upload", longest_bytes: int = 100_000) -> list[tuple[int, list[str]]]:
    """The lines with findings, each with its codes."""
    told = [
        (line.number, [finding.code for finding in line.findings])
        for line in lines_in(content, filename, longest_bytes)
    ]
    return [(number, codes) for number, codes in told if codes]


def refusal(content: bytes, filename: str = "upload") -> str:
    try:
        intake_of(content, filename)
    except CannotBeRead as refused:
        return refused.finding.code
    return "none"
