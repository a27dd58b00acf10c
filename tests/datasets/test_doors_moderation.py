"""Moderation: what the provider objects to is named line by line, once, at no cost, whatever happens on the way."""

from typing import Any

import pytest

from shared.datasets.moderation import recording
from shared.datasets.moderation.portions import Portion, Position, Shown
from shared.datasets.moderation.verdicts import Verdict
from shared.providers.base import Moderated
from shared.queue import Task
from tests.support.laboratory import Row
from tests.support.office import Answer, Office, chat
from worker.sweeps import due

FLAGGED = {3: "[violence]", 40: "[hate/threatening] [violence]", 70: "[sexual]"}


def rows(flagged: dict[int, str] = FLAGGED, n_rows: int = 75) -> list[Row]:
    """So many chats, of which these lines are objected to."""
    return [chat(flagged.get(line, "billing")) for line in range(1, n_rows + 1)]


def order(office: Office, dataset: str, connection: str, **more: Any) -> Answer:
    return office.member.post(f"/v1/datasets/{dataset}/moderations", json={"connection_id": connection} | more)


def ordered(office: Office, dataset: str, connection: str, **more: Any) -> str:
    """The path of a new moderation."""
    made = order(office, dataset, connection, **more)
    assert made.status_code == 202, made.text
    assert made.headers["location"] == f"/v1/moderations/{made.json()['id']}"
    return str(made.headers["location"]).removeprefix("/v1")


def flagged_lines(office: Office, dataset: str) -> dict[int, dict[str, Any]]:
    """The findings by line, each line once; and the report counts as many."""
    listed = office.look(f"/datasets/{dataset}/findings?code=moderation_flagged&limit=200")["data"]
    found = {finding["line"]: finding for finding in listed}
    assert len(found) == len(listed), "a line is named once"
    counted = office.look(f"/datasets/{dataset}/report")["codes"].get("moderation_flagged", {"count": 0})
    assert counted["count"] == len(found)
    return found


def requests(office: Office) -> int:
    return int(office.lab.sandbox.get("/requests", account=office.lab.account)["requests"].get("moderations", 0))


def test_the_lines_that_are_objected_to_are_named_and_it_costs_nothing(office: Office) -> None:
    connection, dataset = office.openai(), office.dataset(rows())
    before = office.look(f"/datasets/{dataset}/findings?limit=200")["data"]
    moderation = ordered(office, dataset, connection)
    assert (office.look(moderation)["status"], office.look(moderation)["n_expected"]) == ("queued", 75)
    assert Task.MODERATE_DATASETS in due(office.lab.context.database)
    office.drain()
    ended = office.look(moderation)
    assert (ended["status"], ended["n_asked"], ended["n_flagged"], ended["n_cut"]) == ("succeeded", 75, 3, 0)
    assert ended["categories"] == {"violence": 2, "hate/threatening": 1, "sexual": 1}
    assert requests(office) == 3, "32 examples at a time"
    found = flagged_lines(office, dataset)
    assert set(found) == set(FLAGGED)
    content = office.member.get(f"/v1/datasets/{dataset}/content").content
    for line, finding in found.items():
        assert content[finding["offset"] :].startswith(content.splitlines()[line - 1])
        assert (finding["severity"], finding["excerpt"], finding["pointer"]) == ("warning", "", "")
    assert found[40]["message"] == "objected to: hate/threatening (0.90), violence (0.90)"
    after = office.look(f"/datasets/{dataset}/findings?limit=200")["data"]
    assert after[: len(before)] == before, "what was found before stands where it stood"
    assert (office.lab.held(), office.lab.spent()) == (0, 0)
    assert ("moderation.succeeded", ended["id"]) in office.lab.told()
    assert office.look(f"/datasets/{dataset}/moderations")["data"] == [ended]


def test_a_sample_is_bounded_and_the_same_each_time(office: Office) -> None:
    connection = office.openai()
    dataset = office.dataset(rows(dict.fromkeys(range(1, 101), "[violence]"), 100))
    first = ordered(office, dataset, connection, sample=20)
    office.drain()
    lines = set(flagged_lines(office, dataset))
    assert (office.look(first)["n_asked"], office.look(first)["n_expected"], len(lines)) == (20, 20, 20)
    assert (min(lines) <= 5, max(lines) > 95) == (True, True), "from the whole file"
    again = ordered(office, dataset, connection, sample=20)
    office.drain()
    assert (office.look(again)["n_flagged"], set(flagged_lines(office, dataset))) == (20, lines)
    whole = ordered(office, dataset, connection, sample=1_000)
    office.drain()
    assert (office.look(whole)["n_asked"], len(flagged_lines(office, dataset))) == (100, 100)


def test_a_throttle_is_waited_for_as_long_as_it_says(office: Office) -> None:
    connection, dataset = office.openai(), office.dataset(rows())
    moderation = ordered(office, dataset, connection)
    office.step(Task.MODERATE_DATASETS)
    office.fault("throttle", "moderations", retry_after=40)
    office.drain()
    waiting = office.look(moderation)
    assert (waiting["status"], waiting["reason_code"], waiting["n_asked"]) == ("running", "provider_throttled", 32)
    office.pass_time(38)
    office.drain()
    assert (office.look(moderation)["n_asked"], requests(office)) == (32, 2)
    office.pass_time(3)
    office.drain()
    ended = office.look(moderation)
    assert (ended["status"], ended["n_asked"], ended["reason"]) == ("succeeded", 75, None)
    assert set(flagged_lines(office, dataset)) == set(FLAGGED)


@pytest.mark.parametrize(
    ("kind", "parameters"), [("status", {}), ("accept_then_drop", {}), ("accept_then_status", {"answer": "garbage"})]
)
def test_an_outage_in_the_middle_neither_loses_nor_doubles(
    office: Office, kind: str, parameters: dict[str, Any]
) -> None:
    connection, dataset = office.openai(), office.dataset(rows())
    moderation = ordered(office, dataset, connection)
    office.step(Task.MODERATE_DATASETS)
    office.fault(kind, "moderations", times=3, **parameters)
    for _ in range(3):
        office.drain()
        assert office.look(moderation)["reason_code"] == "provider_unavailable"
        assert office.lab.api.sql("SELECT failures FROM connections") == [(0,)], "it answers jobs, for all we know"
        office.pass_time(20)
    office.drain()
    ended = office.look(moderation)
    assert (ended["status"], ended["n_asked"], ended["n_flagged"]) == ("succeeded", 75, 3)
    assert set(flagged_lines(office, dataset)) == set(FLAGGED)


def test_a_worker_that_died_loses_one_round_and_one_that_was_late_writes_nothing(office: Office) -> None:
    connection, dataset = office.openai(), office.dataset(rows())
    moderation = ordered(office, dataset, connection)
    with office.lab.transaction() as db:
        late = recording.take(db)
    assert late is not None
    office.drain()
    assert office.look(moderation)["n_asked"] == 0, "it is taken"
    office.pass_time(16)
    office.drain()
    ended = office.look(moderation)
    assert (ended["status"], ended["n_asked"]) == ("succeeded", 75)
    verdict = Verdict(Shown(5, 0, 4, "x", is_cut=False), Moderated(flagged=True, categories={"hate": 1.0}))
    with office.lab.transaction() as db:
        recording.record_round(db, late, Portion([verdict.shown], Position(5, 1, 5), is_last=False), [verdict])
    assert office.look(moderation) == ended
    assert set(flagged_lines(office, dataset)) == set(FLAGGED)


def test_a_provider_that_is_away_is_left_alone_and_given_up_at_last(office: Office) -> None:
    connection, dataset = office.openai(), office.dataset(rows())
    away = {"base_url": "http://127.0.0.1:9/v1", "credential": office.lab.account}
    changed = office.lab.api.admin.patch(f"/v1/connections/{connection}", json=away)
    assert changed.status_code == 200, changed.text
    moderation = ordered(office, dataset, connection)
    office.step(Task.MODERATE_DATASETS)
    seen = office.look(moderation)
    assert (seen["status"], seen["reason_code"]) == ("running", "provider_unavailable")
    assert office.lab.api.sql(
        "SELECT failures FROM connections WHERE id = %s AND resume_at > tw_now()", connection
    ) == [(1,)]
    for waits in range(1, recording.MOST_ATTEMPTS):
        office.pass_time((waits + 1) * 301)
        office.step(Task.MODERATE_DATASETS)
    ended = office.look(moderation)
    assert (ended["status"], ended["reason_code"], ended["n_asked"]) == ("failed", "provider_unavailable", 0)
    assert ended["reason"].startswith("Given up after 30 tries: ")


def test_a_refused_credential_is_waited_for_and_a_refused_request_is_the_end(office: Office) -> None:
    connection, dataset = office.openai(), office.dataset(rows())
    refused = {"error": {"message": "no", "type": "invalid_request_error", "code": "invalid_api_key"}}
    office.fault("status", "moderations", status=401, body=refused)
    moderation = ordered(office, dataset, connection)
    office.drain()
    assert (office.look(moderation)["status"], office.look(moderation)["reason_code"]) == (
        "running",
        "credential_refused",
    )
    assert office.lab.api.sql("SELECT failures FROM connections") == [(1,)], "its jobs wait too"
    other = ordered(office, office.dataset(rows({}, 10), "other"), connection)
    assert not office.step(Task.MODERATE_DATASETS), "and so do other moderations"
    office.pass_time(301)
    assert [office.step(Task.MODERATE_DATASETS) for _ in range(2)] == [True, True]
    assert (office.look(other)["status"], office.look(other)["n_asked"]) == ("succeeded", 10)
    assert (office.look(moderation)["n_asked"], office.look(moderation)["reason"]) == (32, None)
    assert office.lab.api.sql("SELECT failures, resume_at FROM connections") == [(0, None)]
    office.fault("status", "moderations", status=400, body={"error": {"message": "too long", "code": "too_long"}})
    office.drain()
    ended = office.look(moderation)
    assert (ended["status"], ended["reason_code"]) == ("failed", "too_long")
    assert ended["reason"] == "The provider refused: too long"


def test_the_well_formed_examples_of_a_rejected_dataset_are_moderated(office: Office) -> None:
    connection = office.openai()
    dataset = office.dataset([{}, *rows({2: "[violence]"}, 12), {"messages": []}])
    assert office.look(f"/datasets/{dataset}")["status"] == "rejected"
    moderation = ordered(office, dataset, connection)
    office.drain()
    assert (office.look(moderation)["n_asked"], set(flagged_lines(office, dataset))) == (12, {3})


def test_in_a_file_that_was_rewritten_the_lines_are_those_of_the_file(office: Office) -> None:
    connection = office.openai()
    table = [
        "question,answer",
        '"two\nlines",billing',
        ",",
        *(f"Ticket {n},{FLAGGED.get(n, 'billing')}" for n in range(75)),
    ]
    files = {"file": ("table.csv", "\n".join(table).encode())}
    dataset = office.member.post("/v1/datasets", data={"name": "table", "format": "csv"}, files=files).json()["id"]
    office.drain()
    assert office.look(f"/datasets/{dataset}")["source"]["container"] == "csv"
    moderation = ordered(office, dataset, connection)
    office.drain()
    assert office.look(moderation)["n_flagged"] == 3
    assert set(flagged_lines(office, dataset)) == {table.index(f"Ticket {n},{FLAGGED[n]}") + 2 for n in FLAGGED}


def test_what_cannot_be_moderated_is_refused_with_a_reason(office: Office) -> None:
    openai, azure, dataset = office.openai(), office.azure(), office.dataset(rows())
    no_moderation = order(office, dataset, azure)
    assert (no_moderation.status_code, no_moderation.json()["code"]) == (422, "invalid_request")
    assert (no_moderation.json()["connection_id"], "azure" in no_moderation.json()["detail"]) == (azure, True)
    hopeless = order(office, office.dataset([{}], "hopeless"), openai)
    assert (hopeless.status_code, hopeless.json()["code"]) == (422, "dataset_rejected")
    early = office.upload(b"{}\n", "early").json()["id"]
    assert order(office, early, openai).json()["code"] == "dataset_not_ready"
    for sample in (0, -1, 1.5, True):
        assert order(office, dataset, openai, sample=sample).json()["code"] == "invalid_request"
    office.drain()
    office.member.delete(f"/v1/datasets/{dataset}")
    assert order(office, dataset, openai).json()["code"] == "conflict"
    assert requests(office) == 0


def test_a_moderation_ends_with_its_dataset_and_with_its_connection(office: Office) -> None:
    connection, kept, gone = office.openai(), office.dataset(rows()), office.dataset(rows(), "gone")
    with_dataset, with_connection = ordered(office, gone, connection), ordered(office, kept, connection)
    assert office.member.delete(f"/v1/datasets/{gone}").status_code == 204
    office.step(Task.MODERATE_DATASETS)
    assert office.lab.api.admin.delete(f"/v1/connections/{connection}").status_code == 204
    office.step(Task.MODERATE_DATASETS)
    ends = [(seen["status"], seen["reason_code"]) for seen in map(office.look, (with_dataset, with_connection))]
    assert ends == [("failed", "dataset_archived"), ("failed", "barred")]
    assert requests(office) == 0


def test_nothing_more_is_shown_to_a_connection_that_was_closed_to_the_team(office: Office) -> None:
    connection, dataset = office.openai(), office.dataset(rows())
    moderation = ordered(office, dataset, connection)
    office.step(Task.MODERATE_DATASETS)
    closed = office.lab.api.admin.patch(f"/v1/connections/{connection}", json={"teams": []})
    assert closed.status_code == 200, closed.text
    office.drain()
    ended = office.look(moderation)
    assert (ended["status"], ended["reason_code"], ended["n_asked"]) == ("failed", "barred", 32)
    assert "closed to the team" in ended["reason"]
    assert requests(office) == 1


def test_another_teams_datasets_and_moderations_are_not_there(office: Office) -> None:
    connection, dataset = office.openai(), office.dataset(rows())
    moderation = ordered(office, dataset, connection)
    api = office.lab.api
    stranger = api.member(api.team("sales")["id"])
    wanted = {"connection_id": connection}
    assert stranger.post(f"/v1/datasets/{dataset}/moderations", json=wanted).status_code == 404
    assert stranger.get(f"/v1/datasets/{dataset}/moderations").status_code == 404
    assert stranger.get(f"/v1{moderation}").status_code == 404
    assert order(office, dataset, connection[:-5] + "zzzzz").status_code == 404
