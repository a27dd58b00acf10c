"""The small print of the contract: where to look, which formats, how lists end."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest

from api.sheets import sheet
from tests.sandbox.server import Running
from tests.support.api import Api
from tests.support.workshop import MODEL, Workshop, workshop_on

FILE = {"file": ("a.jsonl", b'{"messages": []}\n')}
AS_CSV = {"Accept": "text/csv"}


@pytest.fixture
def workshop(api: Api, provider: Running) -> Iterator[Workshop]:
    with workshop_on(api, provider.url, "openai") as made:
        yield made


def table(text: str) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_what_is_said_of_a_file_is_checked_at_the_door(api: Api) -> None:
    member = api.member(api.team()["id"])
    taken = member.post("/v1/datasets", data={"name": "a", "format": "chat"}, files=FILE)
    assert (taken.status_code, taken.json()["format"]) == (202, None)
    other = member.post("/v1/datasets", data={"name": "a", "format": "papyrus"}, files=FILE)
    assert (other.status_code, other.json()["code"]) == (415, "unsupported_format")
    assert {"auto", "csv", "sharegpt", "chat"} <= set(other.json()["supported"])
    for wrong in ("{}", "[]", "{", '{"a": 1, "a": 2}', "null"):
        mapped = member.post("/v1/datasets", data={"name": "a", "mapping": wrong}, files=FILE)
        assert (mapped.status_code, mapped.json()["errors"][0]["pointer"]) == (422, "/mapping")


def test_a_key_repeats_an_upload_of_one_name_only(api: Api) -> None:
    member, once = api.member(api.team()["id"]), {"Idempotency-Key": "once"}

    def send(filename: str) -> Any:
        files = {"file": (filename, FILE["file"][1])}
        return member.post("/v1/datasets", data={"name": "a"}, files=files, headers=once)

    first, again, other = send("a.jsonl"), send("a.jsonl"), send("b.jsonl")
    assert (again.json(), again.headers["idempotent-replayed"]) == (first.json(), "true")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")


def test_accepted_work_says_where_to_look(workshop: Workshop) -> None:
    parts = workshop.member.post(f"/v1/datasets/{workshop.dataset_id}/split", json={})
    assert parts.headers["location"] == f"/v1/datasets/{parts.json()['data'][0]['id']}"
    assert parts.json()["next_cursor"] is None
    job_id = workshop.submit()
    assert workshop.member.post(f"/v1/jobs/{job_id}/cancel").headers["location"] == f"/v1/jobs/{job_id}"


def test_lists_that_come_whole_say_so(workshop: Workshop) -> None:
    job = f"/v1/jobs/{workshop.submit()}"
    choice = {"connection_id": workshop.connection_id, "model": MODEL, "method": "supervised"}
    asked = {"dataset_id": workshop.dataset_id, "choices": [choice]}
    lists = [
        workshop.member.get(path) for path in ("/v1/catalogue", f"{job}/metrics", f"{job}/checkpoints", "/v1/spend")
    ]
    for answer in (*lists, workshop.member.post("/v1/estimates", json=asked)):
        assert "data" in answer.json()
        assert answer.json()["next_cursor"] is None


def test_tables_come_as_csv_too(workshop: Workshop) -> None:
    job_id = workshop.submit()
    workshop.until_over(job_id)
    metrics = workshop.member.get(f"/v1/jobs/{job_id}/metrics", headers=AS_CSV)
    assert metrics.headers["content-type"].startswith("text/csv")
    steps = workshop.member.get(f"/v1/jobs/{job_id}/metrics").json()["data"]
    assert [int(row["step"]) for row in table(metrics.text)] == [one["step"] for one in steps] != []
    assert table(metrics.text)[0]["valid_loss"] == ""

    api = workshop.api
    api.admin.patch(f"/v1/teams/{workshop.team_id}", json={"name": "=1+1"})
    (row,) = table(workshop.member.get("/v1/spend", headers=AS_CSV).text)
    assert (row["team"], row["model"], row["kind"]) == ("'=1+1", MODEL, "training")
    (shown,) = workshop.member.get("/v1/spend").json()["data"]
    assert (shown["team"], shown["amount"]) == ("=1+1", row["amount"])
    api.sql("ALTER TABLE ledger_entries DISABLE TRIGGER only_grows")
    api.sql("UPDATE ledger_entries SET model = NULL, connection_id = NULL")
    (row,) = table(workshop.member.get("/v1/spend?group_by=model,connection", headers=AS_CSV).text)
    assert (row["model"], row["connection"]) == ("", "")


def test_only_words_of_people_are_kept_from_being_formulas() -> None:
    rows: list[dict[str, Any]] = [{"team": "-1", "amount": "-1.50"}, {"team": "@x", "amount": None}]
    assert sheet(["team", "amount"], rows, texts=["team"]).body == b"team,amount\n'-1,-1.50\n'@x,\n"
