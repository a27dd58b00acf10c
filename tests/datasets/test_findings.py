"""A finding can be stored, sent and understood."""

import pytest

from shared.datasets.findings import Finding, Severity, excerpt, found, pointer
from shared.datasets.findings.code import PROVIDERS
from shared.datasets.findings.codes import FINDING_CODES


def test_a_finding_takes_what_its_code_says() -> None:
    finding = found("unknown_key", "/a", "extra", {"b": 1})
    known = FINDING_CODES["unknown_key"]
    expected = Finding(0, "unknown_key", Severity.ERROR, "/a", "extra", known.mend, "{'b': 1}")
    assert finding == expected
    assert finding.on_line(7).line == 7


@pytest.mark.parametrize(
    ("steps", "expected"),
    [((), ""), (("messages", 0, "role"), "/messages/0/role"), (("a/b", "c~d", ""), "/a~1b/c~0d/"), (("~1",), "/~01")],
)
def test_pointers_follow_rfc_6901(steps: tuple[str | int, ...], expected: str) -> None:
    assert pointer(*steps) == expected


def test_excerpts_are_short() -> None:
    assert excerpt("x" * 120) == "x" * 120
    assert excerpt("x" * 121) == "x" * 119 + "…"
    assert len(excerpt(["x" * 1_000] * 1_000)) <= 120
    assert excerpt(0) == "0"


def test_what_cannot_be_stored_is_shown_as_an_escape() -> None:
    finding = found("unknown_key", "/\0", "\ud800", "a\0\udfffé\n")
    assert (finding.pointer, finding.message, finding.excerpt) == ("/\\u0000", "\\ud800", "a\\u0000\\udfffé\n")
    assert len(excerpt("\0" * 200)) <= 120


def test_messages_and_pointers_are_bounded() -> None:
    finding = found("unknown_key", "/" + "x" * 5_000, "y" * 5_000)
    assert (len(finding.pointer), len(finding.message)) == (1_000, 300)


@pytest.mark.parametrize("code", FINDING_CODES)
def test_every_code_is_explained(code: str) -> None:
    known = FINDING_CODES[code]
    assert code.replace("_", "").isalnum()
    assert code.islower()
    assert known.title
    assert not known.title.endswith(".")
    assert known.mend.endswith(".")
    assert set(known.stands_against) <= set(PROVIDERS)
    assert (known.severity is Severity.ERROR) == (known.stands_against == PROVIDERS)
