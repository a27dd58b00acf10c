"""Who may, and how often: other teams, archived teams, archived datasets, repeated requests, at each of the newer doors."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.datasets.desk import Desk, chats
from tests.datasets.reading.sources import jsonl
from tests.support.office import Answer, Office

PAIRS = [(f"Question {number}", "yes" if number % 2 else "no") for number in range(12)]
NOWHERE = "ds_01h455vb4pex5vsknk084sn02q"
READS = ("remedies", "findings", "report", "examples", "content")
POSTS: dict[str, dict[str, Any]] = {
    "read": {},
    "prepare": {"remedies": [{"name": "drop_duplicates"}]},
    "split": {"held_out": 2},
}


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


def at_every_door(caller: TestClient, dataset_id: str, own: str) -> list[Answer]:
    path = f"/v1/datasets/{dataset_id}"
    return [
        *(caller.get(f"{path}/{what}") for what in READS),
        *(caller.post(f"{path}/{what}", json=body) for what, body in POSTS.items()),
        caller.patch(path, json={"description": "mine"}),
        caller.get(f"{path}/diff", params={"against": own}),
        caller.get(f"/v1/datasets/{own}/diff", params={"against": dataset_id}),
        caller.get(f"{path}/leakage", params={"held_out": own}),
        caller.get(f"/v1/datasets/{own}/leakage", params={"held_out": dataset_id}),
        caller.delete(path),
    ]


def test_another_teams_dataset_is_as_good_as_none_at_every_door(desk: Desk) -> None:
    theirs = desk.send(jsonl(chats(PAIRS)), "x.jsonl")
    stranger = desk.office.lab.api.member(desk.office.lab.api.team("strangers")["id"])
    sent = stranger.post("/v1/datasets", data={"name": "own"}, files={"file": ("x.jsonl", jsonl(chats(PAIRS)))})
    desk.office.drain()
    own = sent.json()["id"]
    of_others = at_every_door(stranger, theirs["id"], own)
    of_nobody = at_every_door(stranger, NOWHERE, own)
    assert {answer.status_code for answer in of_others} == {404}
    for one, other in zip(of_others, of_nobody, strict=True):
        assert one.content == other.content
    assert desk.look(f"/datasets/{theirs['id']}") == theirs


def test_an_archived_team_still_sees_and_makes_nothing_new(desk: Desk) -> None:
    seen = desk.send(jsonl(chats(PAIRS)), "x.jsonl")
    api = desk.office.lab.api
    waiting = desk.ask(seen["id"], "prepare", remedies=[{"name": "drop_duplicates"}]).json()["id"]
    assert api.admin.delete(f"/v1/teams/{desk.office.lab.team_id}").status_code == 204
    admin = api.client(api.admin_key, **{"X-Team": desk.office.lab.team_id})
    for what, body in POSTS.items():
        answer = admin.post(f"/v1/datasets/{seen['id']}/{what}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict"), answer.text
    desk.office.drain()
    assert admin.get(f"/v1/datasets/{waiting}").json()["status"] in ("ready", "rejected"), (
        "what was begun comes to its end"
    )
    assert admin.get(f"/v1/datasets/{seen['id']}/report").status_code == 200


def test_nothing_is_made_of_an_archived_dataset_or_one_that_is_not_settled(desk: Desk) -> None:
    fresh = desk.post(jsonl(chats(PAIRS)), "x.jsonl")
    assert {desk.ask(fresh, what, **body).json()["code"] for what, body in POSTS.items()} == {"dataset_not_ready"}
    waiting = desk.member.get(f"/v1/datasets/{fresh}/remedies")
    assert (waiting.status_code, waiting.json()["code"]) == (409, "dataset_not_ready")
    assert desk.member.get(f"/v1/datasets/{fresh}/diff", params={"against": fresh}).status_code == 409
    desk.office.drain()
    assert desk.member.delete(f"/v1/datasets/{fresh}").status_code == 204
    assert {desk.ask(fresh, what, **body).status_code for what, body in POSTS.items()} == {409}


def test_a_repeated_request_makes_one_version(desk: Desk) -> None:
    seen = desk.send(jsonl(chats(PAIRS)), "x.jsonl")
    for what, body in POSTS.items():
        path, once = f"/v1/datasets/{seen['id']}/{what}", {"Idempotency-Key": what}
        first, again = (desk.member.post(path, json=body, headers=once) for _ in range(2))
        assert (first.status_code, again.status_code, again.content) == (202, 202, first.content)
        assert again.headers["location"] == first.headers["location"]
        other = desk.member.post(path, json={**body, "checks": "structure", "seed": 9}, headers=once)
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert len(desk.look("/datasets")["data"]) == 1 + 1 + 1 + 2


def test_a_dataset_is_described_in_words(desk: Desk) -> None:
    seen = desk.send(jsonl(chats(PAIRS)), "x.jsonl")
    path = f"/v1/datasets/{seen['id']}"
    said = desk.member.patch(path, json={"description": "Tickets of 2026，夜班"})
    assert (said.status_code, said.json()) == (200, seen | {"description": "Tickets of 2026，夜班"})
    assert desk.look(f"/datasets/{seen['id']}") == said.json()
    for wrong in ({}, {"description": None}, {"description": "x" * 2_001}, {"description": "\0"}, {"name": "x"}):
        assert desk.member.patch(path, json=wrong).status_code == 422, wrong
