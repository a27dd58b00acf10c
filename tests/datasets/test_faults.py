"""Every fault of the corpus is found where it stands, wherever its line is, and nothing else is found."""

import json
from typing import Any

import pytest

from shared.datasets.findings.codes import FINDING_CODES
from shared.datasets.findings.of_sources import SOURCE
from shared.datasets.rules import chat, conversation, messages
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


@pytest.mark.parametrize(
    ("module", "table", "rule"),
    [
        pytest.param(module, table, rule, id=f"{table}-{rule.__name__}")
        for module, table in [
            (chat, "ROW_RULES"),
            (messages, "MESSAGE_RULES"),
            (conversation, "CONVERSATION_RULES"),
        ]
        for rule in getattr(module, table)
    ],
)
def test_no_rule_is_idle(module: Any, table: str, rule: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, table, tuple(other for other in getattr(module, table) if other is not rule))
    missed = [case["name"] for case in CHAT if _found(case["row"]) != sorted(map(tuple, case["findings"]))]
    assert missed


def test_the_corpus_has_every_code_that_a_line_of_text_can_have() -> None:
    seen = {code for _, _, findings in ALL for code, _ in findings}
    of_other_tests = {
        # of the whole file
        *("empty_file", "too_few_examples", "file_too_large", "not_a_text_file", "no_system_message"),
        *("byte_order_mark", "crlf_line_endings", "duplicate_example", "duplicates_unchecked"),
        *("example_too_long", "example_too_long_for_some"),
        # of bytes, or of lines too large to be written down
        *("not_utf8", "blank_line", "trailing_blank_lines", "line_too_long", "too_many_values"),
        "too_many_findings_in_line",
        *("image_too_large", "undecodable"),
        # of files that are not lines of JSON at all
        *SOURCE,
    }
    assert seen | of_other_tests == FINDING_CODES.keys()
    assert not seen & of_other_tests


def _found(row: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted((finding.code, finding.pointer) for finding in chat.check(row))
