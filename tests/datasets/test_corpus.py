"""The corpus of faults is found exactly: nothing is missed, nothing is found that is not there, wherever it stands."""

import random
from collections.abc import Collection, Iterable
from io import BytesIO
from itertools import chain

import pytest

from shared.datasets.findings import (
    Finding,
    of_chats,
    of_completions,
    of_files,
    of_lines,
    of_preferences,
    of_reinforcement,
    of_sources,
)
from shared.datasets.reading import CannotBeRead, Line, inspect, read
from shared.datasets.reading.jsonl import read_lines
from shared.datasets.rules import check
from shared.datasets.shapes import Shape
from shared.datasets.validation import Limits, validate
from tests.datasets.cases import Expected, File, Record, files, records, together
from tests.datasets.files import good_lines

RECORDS = records()
FILES = files("files")
SOURCES = files("sources")
OF_SHAPE = {shape: [record for record in RECORDS if record.shape is shape] for shape in Shape}

# Said of files as a whole, and held by tests of their own; the corpus' records are not written with an eye to them.
OF_WHOLE_FILES = {"no_system_message", "too_few_examples"}
GOOD_LINES = {shape: good_lines(100, shape) for shape in Shape}


def all_findings(content: bytes, shape: Shape | None) -> Collection[Finding]:
    assert shape
    return validate(BytesIO(content), Limits(shape=shape)).findings


def found_in(content: bytes, shape: Shape) -> list[Expected]:
    findings = all_findings(content, shape)
    return sorted((f.line, f.code, f.pointer) for f in findings if f.code not in OF_WHOLE_FILES)


def judged(lines: Iterable[Line], shape: Shape | None) -> list[Expected]:
    """By reading and rules alone."""
    found = []
    for line in lines:
        of_row = check(line.row, shape) if line.row is not None and shape else ()
        found += [(line.number, f.code, f.pointer) for f in chain(line.findings, of_row)]
    return found


def found_in_source(case: File) -> list[Expected]:
    try:
        intake = inspect(BytesIO(case.content), case.filename, None)
    except CannotBeRead as refused:
        return [(0, refused.finding.code, refused.finding.pointer)]
    notes = [(0, note.code, note.pointer) for note in intake.notes]
    return notes + judged(read(BytesIO(case.content), intake), case.shape)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name)
def test_each_record_alone(record: Record) -> None:
    content, expected = together(record)
    found = []
    for line in read_lines(BytesIO(content)):
        found += [(line.number, f.code, f.pointer) for f in line.findings]
        found += (
            [(line.number, f.code, f.pointer) for f in check(line.row, record.shape)] if line.row is not None else []
        )
    assert sorted(found) == expected


@pytest.mark.parametrize("case", FILES, ids=lambda case: case.name)
def test_each_whole_file(case: File) -> None:
    findings = [f for f in all_findings(case.content, case.shape) if f.code != "no_system_message"]
    assert sorted((f.line, f.code, f.pointer) for f in findings) == sorted(case.findings)
    starts = [0, 0, *(place + 1 for place, byte in enumerate(case.content) if byte == ord("\n"))]
    assert {f.line: f.offset for f in findings} == {f.line: starts[f.line] for f in findings}


@pytest.mark.parametrize("case", SOURCES, ids=lambda case: case.name)
def test_each_file_of_another_kind(case: File) -> None:
    assert sorted(found_in_source(case)) == sorted(case.findings)


@pytest.mark.parametrize("shape", Shape)
def test_two_faulty_records_in_one_file_do_not_hide_each_other(shape: Shape) -> None:
    cases = OF_SHAPE[shape]
    for place, record in enumerate(cases):
        other = cases[place - 7]
        content, expected = together(record, other)
        assert found_in(content, shape) == expected, f"{record.name}, then {other.name}"


@pytest.mark.parametrize("shape", Shape)
def test_each_record_first_in_the_middle_and_last_among_a_hundred_good_ones(shape: Shape) -> None:
    cases, good = OF_SHAPE[shape], GOOD_LINES[shape]
    for place, first in enumerate(cases):
        middle, last = cases[place - len(cases) // 3], cases[place - 2 * len(cases) // 3]
        content, expected = together(first, good[:50], middle, good[50:], last)
        assert found_in(content, shape) == expected, f"{first.name}; {middle.name}; {last.name}"


def test_all_records_among_a_hundred_thousand_good_ones() -> None:
    cases = OF_SHAPE[Shape.CHAT]
    good = good_lines(100_000)
    cuts = [0, *sorted(random.Random(7).sample(range(len(good)), len(cases))), len(good)]
    parts: list[Record | list[str]] = [good[: cuts[1]]]
    for record, start, end in zip(cases, cuts[1:-1], cuts[2:], strict=True):
        parts += [record, good[start:end]]
    content, expected = together(*parts)
    assert found_in(content, Shape.CHAT) == expected


# Codes that no small file can have, or that other parts give; each has a test of its own.
ELSEWHERE = {
    *("line_too_long", "too_many_values", "too_many_findings_in_line", "image_too_large", "element_too_long"),
    *("archive_too_large", "binary_value", "elements_counted", "title_above_header", "uncertain_encoding"),
    *("file_too_large", "duplicates_unchecked", "example_too_long", "example_too_long_for_some", "no_system_message"),
    *("missing_reference", "reserved_reference", "unknown_sheet"),
}
TABLES = (
    of_files.FILE,
    of_sources.SOURCE,
    of_lines.LINE,
    of_chats.OTHER_FORMATS,
    of_chats.ROW,
    of_chats.MESSAGE,
    of_chats.CONTENT,
    of_chats.TOOLS,
    of_preferences.PREFERENCE,
    of_reinforcement.REINFORCEMENT,
    of_completions.COMPLETION,
)


def test_the_corpus_has_every_code_of_reading_and_rules() -> None:
    seen = {code for record in RECORDS for code, _ in record.findings}
    seen |= {code for case in FILES + SOURCES for _, code, _ in case.findings}
    assert {code for table in TABLES for code in table} - seen == ELSEWHERE


def test_good_records_stand_in_every_part_of_the_corpus() -> None:
    assert all(any(not record.findings for record in OF_SHAPE[shape]) for shape in Shape)
    assert len(RECORDS) + len(FILES) + len(SOURCES) >= 500
