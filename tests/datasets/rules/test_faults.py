"""Every fault of the corpus is found where it stands, wherever its line is, and nothing else is found."""

import json

import pytest

from shared.datasets.rules import check
from shared.datasets.shapes import Shape
from shared.datasets.validation import validate
from tests.datasets.files import corpus, file_of, good_lines

CHAT = corpus("chat")
LINES = corpus("lines")
ALL = [(case["name"], json.dumps(case["row"]), case["findings"]) for case in CHAT]
ALL += [(case["name"], case["line"], case["findings"]) for case in LINES]

# About the system prompt of the corpus' rows, and about the file; both have tests of their own.
BESIDE_THE_POINT = {"no_system_message"}


@pytest.mark.parametrize("place", [0, 6, 12], ids=["first", "middle", "last"])
@pytest.mark.parametrize(("name", "line", "expected"), ALL, ids=[name for name, _, _ in ALL])
def test_a_fault_is_found_where_it_stands(place: int, name: str, line: str, expected: list[list[str]]) -> None:
    lines = good_lines(12)
    lines.insert(place, line)
    validation = validate(file_of(lines))
    found = [(f.line, f.code, f.pointer) for f in validation.findings if f.code not in BESIDE_THE_POINT]
    assert sorted(found) == sorted((place + 1, code, pointer) for code, pointer in expected), name


def test_each_line_of_a_file_full_of_faults_has_its_own() -> None:
    validation = validate(file_of([line for _, line, _ in ALL]))
    expected = [(n, code, pointer) for n, (_, _, fs) in enumerate(ALL, start=1) for code, pointer in fs]
    whole_file = BESIDE_THE_POINT | {"duplicate_example"}
    found = [(f.line, f.code, f.pointer) for f in validation.findings if f.code not in whole_file]
    assert sorted(found) == sorted(expected)


@pytest.mark.parametrize("shape", Shape)
def test_whatever_a_row_is_checked_as_something_is_said_or_nothing_but_never_raised(shape: Shape) -> None:
    for case in CHAT:
        assert all(finding.code for finding in check(case["row"], shape))
