"""One pass over a file tells all: what is wrong, how much there is, and who would take it."""

import json
from base64 import b64encode
from dataclasses import asdict
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.datasets.acceptance import Objection
from shared.datasets.findings import Severity
from shared.datasets.findings.code import PROVIDERS
from shared.datasets.rules.images import LARGEST_IMAGE_BYTES
from shared.datasets.tokens import Encoding
from shared.datasets.validation import Limits, validate
from tests.datasets.files import corpus, file_of, good_line, good_lines

EXAMPLES = Path(__file__).parents[2] / "examples"


def example(text: str) -> str:
    return json.dumps({"messages": [{"role": "user", "content": text}, {"role": "assistant", "content": "x"}]})


def test_a_good_file_is_ready_and_taken_by_both_providers() -> None:
    validation = validate(file_of(good_lines(12)))
    assert validation.ready
    assert (validation.lines, validation.examples, validation.messages) == (12, 12, 36)
    assert validation.codes == {}
    taking = [(a.provider, a.method, a.against) for a in validation.acceptance if a.accepted]
    assert taking == [(provider, "supervised", ()) for provider in ("openai", "azure", "compatible")]


def test_ten_examples_are_enough_and_nine_are_not() -> None:
    assert validate(file_of(good_lines(10))).ready
    validation = validate(file_of(good_lines(9)))
    assert not validation.ready
    assert validation.codes == {"too_few_examples": 1}


def test_faulty_examples_count_towards_the_ten() -> None:
    assert validate(file_of([*good_lines(9), "{}"])).codes == {"missing_messages": 1}


@pytest.mark.parametrize("content", [b"", b"\n", b"\n \n\r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_an_empty_file_is_not_ready(content: bytes) -> None:
    validation = validate(BytesIO(content))
    assert not validation.ready
    assert validation.codes["empty_file"] == 1
    assert validation.codes.keys() <= {"empty_file", "trailing_blank_lines"}
    assert validation.tokens[Encoding.O200K_BASE].quantiles == {}


def test_another_kind_of_file_gets_that_one_finding() -> None:
    assert validate(BytesIO(b"PK\x03\x04\n\n")).codes == {"not_a_text_file": 1}


def test_a_file_over_the_limit_is_not_ready() -> None:
    content = file_of(good_lines(10))
    size = len(content.getvalue())
    assert validate(content, Limits(max_file_bytes=size)).ready
    content.seek(0)
    assert validate(content, Limits(max_file_bytes=size - 1)).codes == {"file_too_large": 1}


def test_repetitions_name_the_line_they_repeat() -> None:
    reordered = json.dumps(dict(reversed(json.loads(good_line(3))["messages"][1].items())))
    again = good_line(3).replace('{"role": "user", "content": "Where is parcel 3?"}', reordered)
    assert again != good_line(3)
    validation = validate(file_of([*good_lines(10), again, good_line(0)]))
    assert validation.ready
    said = [(f.line, f.message) for f in validation.findings if f.code == "duplicate_example"]
    assert said == [(11, "line 4 holds the same example"), (12, "line 1 holds the same example")]


def test_a_file_with_more_examples_than_can_be_compared_says_so() -> None:
    lines = [*good_lines(12), good_line(2), good_line(11)]
    validation = validate(file_of(lines), Limits(max_compared_examples=10))
    assert validation.codes == {"duplicate_example": 1, "duplicates_unchecked": 1}
    (unchecked,) = [f for f in validation.findings if f.code == "duplicates_unchecked"]
    assert unchecked.message.startswith("3 examples")


def test_an_example_too_long_for_every_model_is_an_error_for_some_a_warning() -> None:
    limits = Limits({Encoding.O200K_BASE: 60, Encoding.CL100K_BASE: 30})
    lines = [*good_lines(10), example("word " * 30), example("word " * 100)]
    validation = validate(file_of(lines), limits)
    long_ones = [(f.line, f.code) for f in validation.findings if f.line]
    assert long_ones == [(11, "example_too_long_for_some"), (12, "example_too_long")]
    assert validation.tokens[Encoding.O200K_BASE].over_long == 1
    assert validation.tokens[Encoding.CL100K_BASE].over_long == 2
    assert not validation.ready


def test_quantiles_are_lengths_that_occur() -> None:
    # " a" is one token, and each further one adds one: lengths are 1 to 100 above the shortest.
    lines = [example("a" + " a" * n) for n in range(100)]
    lengths = validate(file_of(lines[::-1])).tokens[Encoding.O200K_BASE].quantiles
    base = lengths["max"] - 100
    assert {name: length - base for name, length in lengths.items()} == {
        "p5": 5,
        "p25": 25,
        "p50": 50,
        "p75": 75,
        "p95": 95,
        "max": 100,
    }


def test_sums_are_sums_over_well_formed_examples() -> None:
    once = validate(file_of([good_line(1)])).tokens[Encoding.CL100K_BASE]
    validation = validate(file_of([good_line(1)] * 12 + ["{}"]))
    assert validation.examples == 12
    many = validation.tokens[Encoding.CL100K_BASE]
    assert (many.total, many.trained) == (once.total * 12, once.trained * 12)
    assert many.per_role == {role: tokens * 12 for role, tokens in once.per_role.items()}
    assert once.total == sum(once.per_role.values()) + 1


def test_findings_are_capped_but_counted_in_full() -> None:
    validation = validate(file_of(["{}"] * 50), Limits(max_findings=20))
    assert len(validation.findings) == 20
    assert validation.codes == {"missing_messages": 50}
    assert validation.findings_omitted == 30


def test_what_concerns_the_whole_file_is_never_omitted() -> None:
    validation = validate(file_of(["{}"] * 5), Limits(max_findings=2))
    assert [f.code for f in validation.findings] == ["too_few_examples", "missing_messages"]


def test_a_line_with_endless_faults_is_given_up_but_not_silently() -> None:
    validation = validate(file_of([*good_lines(10), json.dumps({"messages": [1] * 5_000})]))
    assert validation.codes == {"message_not_an_object": 1_000, "too_many_findings_in_line": 1}
    warned_about = json.dumps({"messages": [{"role": "user", "content": ""}] * 5_000})
    assert validate(file_of([*good_lines(10), warned_about])).examples == 10


def test_exactly_as_many_faults_as_are_listed_is_not_too_many() -> None:
    validation = validate(file_of([*good_lines(10), json.dumps({"messages": [1] * 1_000})]))
    assert validation.codes == {"message_not_an_object": 1_000}


def test_examples_without_a_system_message_are_counted_once_for_the_file() -> None:
    developer = json.loads(good_line(1))
    developer["messages"][0]["role"] = "developer"
    validation = validate(file_of([*good_lines(10), json.dumps(developer), example("a"), example("b")]))
    (finding,) = [f for f in validation.findings if f.code == "no_system_message"]
    assert (finding.line, finding.severity) == (0, Severity.INFO)
    assert finding.message.startswith("2 examples")


def test_an_image_over_ten_megabytes_is_refused() -> None:
    def row(size: int) -> str:
        url = "data:image/png;base64," + b64encode(bytes(size)).decode()
        part = {"type": "image_url", "image_url": {"url": url}}
        answer = {"role": "assistant", "content": "x"}
        return json.dumps({"messages": [{"role": "user", "content": [part]}, answer]})

    assert "image_too_large" not in validate(file_of([row(LARGEST_IMAGE_BYTES)])).codes
    assert validate(file_of([row(LARGEST_IMAGE_BYTES + 1)])).codes["image_too_large"] == 1


@pytest.mark.parametrize(
    ("name", "provider"),
    [("null beside calls", "azure"), ("name in a tool message", "azure"), ("developer", "compatible")],
)
def test_what_one_provider_refuses_stands_against_that_one_only(name: str, provider: str) -> None:
    (case,) = [case for case in corpus("chat") if case["name"] == name]
    validation = validate(file_of([*good_lines(10), json.dumps(case["row"])]))
    assert validation.ready
    refusing = [(a.provider, a.against) for a in validation.acceptance if a.method == "supervised" and a.against]
    assert refusing == [(provider, (Objection(case["findings"][0][0], 1, (11,)),))]


def test_an_error_stands_against_every_provider() -> None:
    validation = validate(file_of([*good_lines(10), "{}"]))
    verdicts = [(a.accepted, a.against) for a in validation.acceptance if a.method == "supervised"]
    assert verdicts == [(False, (Objection("missing_messages", 1, (11,)),))] * len(PROVIDERS)


def test_progress_is_told_in_lines() -> None:
    heard: list[int] = []
    validate(file_of(good_lines(30_000)), on_progress=heard.append)
    assert len(heard) >= 3
    assert heard == sorted(heard)
    assert heard[-1] == 30_000


def test_the_report_is_json() -> None:
    validation = validate(file_of([*good_lines(10), "{}"]))
    said = json.loads(json.dumps(validation.as_dict()))
    assert said["ready"] is False
    assert said["tokens"]["o200k_base"]["quantiles"]["max"] > 0
    (finding, *_) = validation.findings
    assert asdict(finding) == {
        "line": 11,
        "offset": 1640,
        "code": "missing_messages",
        "severity": "error",
        "pointer": "",
        "message": 'there is no key "messages"',
        "fix": 'Add "messages": the conversation to learn from.',
        "excerpt": "",
    }


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=400))
def test_any_bytes_give_a_report(content: bytes) -> None:
    assert_storable(content)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["role", "content", "name", "weight", "type", "text", "id", "function", "arguments"])
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
ROLES = st.sampled_from(["system", "developer", "user", "assistant", "tool", "function", "bot"]) | JSON
MESSAGES = st.fixed_dictionaries(
    {},
    optional={
        "role": ROLES,
        "content": st.text(max_size=5) | JSON,
        "name": JSON,
        "weight": JSON,
        "refusal": JSON,
        "tool_calls": JSON,
        "function_call": JSON,
        "tool_call_id": JSON,
    },
)
ROWS = st.fixed_dictionaries(
    {"messages": st.lists(MESSAGES | JSON, max_size=4)},
    optional={"tools": JSON, "functions": JSON, "parallel_tool_calls": JSON},
)


@settings(deadline=None, max_examples=300)
@given(st.lists(ROWS | JSON, max_size=4))
def test_any_rows_give_a_report(rows: list[object]) -> None:
    assert_storable("\n".join(json.dumps(row) for row in rows).encode())


def assert_storable(content: bytes) -> None:
    validation = validate(BytesIO(content))
    report = json.dumps(validation.as_dict(), ensure_ascii=False, allow_nan=False)
    assert "\\u0000" not in report.replace("\\\\u0000", "")
    report.encode()
    assert validation.findings_omitted == 0
    assert sum(validation.codes.values()) == len(validation.findings)
    assert all(len(f.excerpt) <= 120 and f.message and f.fix for f in validation.findings)


@pytest.mark.parametrize("name", ["support_triage", "random_labels", "harmful_labels"])
def test_the_example_files_are_ready(name: str) -> None:
    with (EXAMPLES / f"{name}.jsonl").open("rb") as file:
        validation = validate(file)
    assert validation.ready
    assert validation.codes == {}
    assert validation.examples == 144


def test_the_faulty_example_file_shows_its_faults() -> None:
    with (EXAMPLES / "support_triage_faulty.jsonl").open("rb") as file:
        validation = validate(file)
    assert [(f.line, f.code) for f in validation.findings] == [
        (4, "missing_role"),
        (5, "unknown_role"),
        (6, "no_assistant_message"),
        (7, "trailing_comma"),
        (8, "invalid_weight"),
        (9, "unknown_key"),
        (10, "invalid_content"),
        (12, "roles_not_alternating"),
        (12, "unanswered_tool_call"),
        (13, "arguments_not_text"),
        (14, "duplicate_example"),
        (15, "blank_line"),
        (16, "curly_quotes"),
        (17, "completion_row"),
        (18, "python_literal"),
        (19, "weight_not_on_assistant"),
        (20, "empty_content"),
        (22, "invalid_name"),
        (23, "last_message_not_assistant"),
    ]
