"""What is said of an uploaded file: every fault with its line, its place and its mending, however many there are."""

import json
from typing import Any

import pytest

from shared.datasets.findings import FINDING_CODES, of_quality
from tests.support.laboratory import EXAMPLES, jsonl
from tests.support.office import HELD_OUT, MODEL, Office
from worker.datasets import validating

FAULTY = (EXAMPLES / "support_triage_faulty.jsonl").read_bytes()
FAULTS = {
    4: "missing_role",
    5: "unknown_role",
    6: "no_assistant_message",
    7: "trailing_comma",
    8: "invalid_weight",
    9: "unknown_key",
    10: "invalid_content",
    12: "unanswered_tool_call",
    13: "arguments_not_text",
    14: "duplicate_example",
    15: "blank_line",
    16: "curly_quotes",
    17: "completion_row",
    18: "python_literal",
    19: "weight_not_on_assistant",
    20: "empty_content",
    22: "invalid_name",
    23: "last_message_not_assistant",
}
"""What is wrong with each line of the faulty example."""

OF_QUALITY = {code for table in vars(of_quality).values() if isinstance(table, dict) for code in table}

ODD_LINES = [
    b'{"messages": "\\ud800"}',
    b'{"messages": "\\u0000"}',
    b'{"n": ' + b"9" * 5000 + b"}",
    b'{"n": 1e999, "m": NaN, "k": 9223372036854775808}',
    b"[" * 5000 + b"]" * 5000,
    b'{"a":' * 5000 + b"1" + b"}" * 5000,
    b'{"a": 1, "a": 2}',
    b"\xff\xfe\x00",
    b"null",
    b'"<|endoftext|>"',
    b" " * 100_000,
    b'{"\\ud800": {"\\u0000": 1}}',
]
"""Lines that the standard reader, the tokenizer, Postgres or a JSON writer would stumble over."""


def upload(office: Office, content: bytes) -> str:
    dataset_id = str(office.upload(content).json()["id"])
    office.drain()
    return dataset_id


def findings(office: Office, dataset_id: str, **query: Any) -> list[dict[str, Any]]:
    """All of them, page by page."""
    found: list[dict[str, Any]] = []
    while True:
        page = office.member.get(f"/v1/datasets/{dataset_id}/findings", params=query).json()
        found += page["data"]
        if page["next_cursor"] is None:
            return found
        query["cursor"] = page["next_cursor"]


def test_each_fault_is_named_with_its_line_its_place_and_its_mending(office: Office) -> None:
    dataset_id = upload(office, FAULTY)
    found = findings(office, dataset_id)
    # What is merely doubtful is looked at elsewhere.
    assert {one["line"]: one["code"] for one in found if one["code"] not in OF_QUALITY} == FAULTS
    for one in found:
        assert one["message"]
        assert one["fix"] == FINDING_CODES[one["code"]].mend
        assert one["severity"] == FINDING_CODES[one["code"]].severity
        assert one["pointer"] == "" or one["pointer"].startswith("/")
    (role,) = [one for one in found if one["line"] == 5]
    assert (role["pointer"], role["excerpt"]) == ("/messages/2/role", "bot")
    seen = office.look(f"/datasets/{dataset_id}")
    assert (seen["status"], seen["reason"]) == ("rejected", "16 faults keep this dataset from being trained on.")


def test_the_report_of_a_good_file_has_the_right_numbers(office: Office) -> None:
    report = office.look(f"/datasets/{upload(office, jsonl(HELD_OUT))}/report")
    assert (report["ready"], report["codes"], report["findings_omitted"]) == (True, {}, 0)
    assert (report["lines"], report["examples"], report["messages"]) == (29, 29, 87)
    assert report["size_bytes"] == len(jsonl(HELD_OUT))
    # Counted with tiktoken itself, by the rule that a real bill was found to follow.
    assert report["tokens"]["o200k_base"]["total"] == 1687
    assert list(report["tokens"]["o200k_base"]["quantiles"]) == ["p5", "p25", "p50", "p75", "p95", "max"]
    assert report["automatic_epochs"] == 3
    taking = {(one["provider"], one["model"]) for one in report["acceptance"] if one["accepted"]}
    refusing = {
        (one["method"], *(why["code"] for why in one["against"])) for one in report["acceptance"] if not one["accepted"]
    }
    assert {("openai", None), ("openai", MODEL), ("azure", MODEL)} <= taking
    assert refusing == {(method, "format_does_not_fit_method") for method in ("dpo", "reinforcement")}


def test_findings_can_be_turned_over_page_by_page_and_filtered(office: Office) -> None:
    dataset_id = upload(office, FAULTY)
    every = findings(office, dataset_id)
    for limit in (1, 5, len(every), 200):
        assert findings(office, dataset_id, limit=limit) == every
    warnings = [one for one in every if one["severity"] == "warning"]
    assert findings(office, dataset_id, severity="warning", limit=1) == warnings
    assert findings(office, dataset_id, code="blank_line") == [one for one in every if one["line"] == 15]
    assert findings(office, dataset_id, code="blank_line", severity="info") == []
    for wrong in ("severity=bad", "code=%00", "code=A", "limit=0", "cursor=x"):
        answer = office.member.get(f"/v1/datasets/{dataset_id}/findings?{wrong}")
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), wrong


def test_however_many_faults_there_are_they_can_be_turned_over_to_the_last(office: Office) -> None:
    n_faults = 10_050
    dataset_id = upload(office, jsonl(HELD_OUT) + b"[]\n" * n_faults)
    report = office.look(f"/datasets/{dataset_id}/report")
    assert (report["codes"]["not_an_object"]["count"], report["findings_omitted"]) == (n_faults, 0)
    every = findings(office, dataset_id, limit=200, code="not_an_object")
    assert [one["line"] for one in every] == list(range(30, 30 + n_faults))
    assert office.look(f"/datasets/{dataset_id}")["reason"].startswith(f"{n_faults:,} faults")


def test_more_faults_than_are_kept_are_counted_all_the_same(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validating, "MOST_FINDINGS", 20)
    dataset_id = upload(office, b"[]\n" * 50)
    report = office.look(f"/datasets/{dataset_id}/report")
    assert (report["codes"]["not_an_object"]["count"], report["findings_omitted"]) == (50, 30)
    assert [one["line"] for one in findings(office, dataset_id)] == list(range(1, 21))


def test_odd_lines_are_findings_and_can_be_looked_at(office: Office) -> None:
    dataset_id = upload(office, b"\n".join(ODD_LINES))
    assert office.look(f"/datasets/{dataset_id}")["status"] == "rejected"
    assert {one["line"] for one in findings(office, dataset_id)} >= set(range(1, len(ODD_LINES)))
    shown = office.look(f"/datasets/{dataset_id}/examples?limit=100")["data"]
    assert [one["line"] for one in shown] == list(range(1, len(ODD_LINES) + 1))
    assert all((one["example"] is None) != (one["text"] is None) for one in shown)


def test_examples_are_shown_from_any_line_on(office: Office) -> None:
    dataset_id = upload(office, jsonl(HELD_OUT))
    first = office.look(f"/datasets/{dataset_id}/examples?limit=3")
    assert [one["example"] for one in first["data"]] == HELD_OUT[:3]
    assert first["next_offset"] == 3
    last = office.look(f"/datasets/{dataset_id}/examples?offset=28")
    assert ([one["line"] for one in last["data"]], last["next_offset"]) == ([29], None)
    beyond = office.look(f"/datasets/{dataset_id}/examples?offset=29")
    assert beyond == {"data": [], "next_offset": None}


@pytest.mark.parametrize("content", [b"", b"\n\n", b"PK\x03\x04zip", b"\x1f\x8bgzip", b"\0" * 1000])
def test_what_holds_no_example_is_rejected_with_a_report(office: Office, content: bytes) -> None:
    dataset_id = upload(office, content)
    report = office.look(f"/datasets/{dataset_id}/report")
    assert (report["ready"], report["examples"], report["automatic_epochs"]) == (False, 0, None)
    assert report["tokens"]["o200k_base"]["quantiles"]["max"] == 0
    assert findings(office, dataset_id)
    assert office.member.get(f"/v1/datasets/{dataset_id}/examples").status_code == 200


@pytest.mark.parametrize("part", ["report", "findings"])
def test_while_it_is_looked_at_there_is_no_report(office: Office, part: str) -> None:
    dataset_id = office.upload(jsonl(HELD_OUT)).json()["id"]
    answer = office.member.get(f"/v1/datasets/{dataset_id}/{part}")
    assert (answer.status_code, answer.json()["code"]) == (409, "dataset_not_ready")
    assert office.member.get(f"/v1/datasets/{dataset_id}/examples").status_code == 200


def test_a_dataset_is_put_away_and_stays_readable(office: Office) -> None:
    dataset_id = office.upload(jsonl(HELD_OUT)).json()["id"]
    early = office.member.delete(f"/v1/datasets/{dataset_id}")
    assert (early.status_code, early.json()["code"]) == (409, "conflict")
    office.drain()
    for _ in range(2):
        assert office.member.delete(f"/v1/datasets/{dataset_id}").status_code == 204
    assert office.look(f"/datasets/{dataset_id}")["status"] == "archived"
    assert office.look(f"/datasets/{dataset_id}/report")["examples"] == 29


def test_another_teams_dataset_is_as_good_as_missing(office: Office) -> None:
    dataset_id = upload(office, jsonl(HELD_OUT))
    sales = office.lab.api.member(office.lab.api.team("sales")["id"])
    routes = [("GET", part) for part in ("", "/report", "/findings", "/examples", "/content")]
    for method, part in [*routes, ("DELETE", ""), ("POST", "/split")]:
        body: Any = {} if method == "POST" else None
        foreign = sales.request(method, f"/v1/datasets/{dataset_id}{part}", json=body)
        missing = sales.request(method, f"/v1/datasets/ds_01h455vb4pex5vsknk084sn02q{part}", json=body)
        assert (foreign.status_code, foreign.content) == (404, missing.content), f"{method} {part}"
    assert sales.get("/v1/datasets").json()["data"] == []
    assert office.look(f"/datasets/{dataset_id}")["status"] == "ready"


def test_a_report_can_be_read_by_any_json_reader(office: Office) -> None:
    dataset_id = upload(office, FAULTY + b'{"messages": [{"role": "\\u0007\\u2028", "content": "x"}]}\n')
    for part in ("report", "findings", "examples"):
        text = office.member.get(f"/v1/datasets/{dataset_id}/{part}").text
        json.loads(text, parse_constant=pytest.fail)
