"""Dividing a dataset, and what becomes of work whose worker is gone."""

import json
from typing import Any

import pytest

from shared.datasets import recording
from shared.datasets.tables import Dataset
from tests.support.laboratory import jsonl, rows
from tests.support.office import HELD_OUT, Office

EVERY = rows("support_triage", held_out=False)
A_CLAIM_SECONDS = 20


def split(office: Office, dataset_id: str, **how: Any) -> list[str]:
    answer = office.member.post(f"/v1/datasets/{dataset_id}/split", json=how)
    assert answer.status_code == 202, answer.text
    return [str(part["id"]) for part in answer.json()["data"]]


def lines(office: Office, dataset_id: str) -> list[dict[str, Any]]:
    content = office.member.get(f"/v1/datasets/{dataset_id}/content").text
    return [json.loads(line) for line in content.splitlines()]


def test_the_parts_are_exact_disjoint_and_whole(office: Office) -> None:
    whole = office.dataset(EVERY)
    training, held_out = split(office, whole, held_out=0.1, seed=7)
    waiting = office.member.get(f"/v1/datasets/{training}/content")
    assert (waiting.status_code, waiting.json()["code"]) == (409, "dataset_not_ready")
    office.drain()
    parts = [lines(office, training), lines(office, held_out)]
    n_held_out = round(len(EVERY) / 10)
    assert [len(part) for part in parts] == [len(EVERY) - n_held_out, n_held_out]
    together = [json.dumps(row, sort_keys=True) for part in parts for row in part]
    assert sorted(together) == sorted(json.dumps(row, sort_keys=True) for row in EVERY)
    for part_id, role, n_examples in zip((training, held_out), ("training", "held_out"), map(len, parts), strict=True):
        seen = office.look(f"/datasets/{part_id}")
        assert (seen["status"], seen["name"], seen["parent_id"]) == ("ready", f"triage.{role}", whole)
        assert seen["derivation"] == {
            "split": role,
            "strategy": "random",
            "held_out": {"held_out": 0.1},
            "key": None,
            "seed": 7,
        }
        assert office.look(f"/datasets/{part_id}/report")["examples"] == n_examples


def test_the_same_seed_divides_alike_and_another_does_not(office: Office) -> None:
    whole = office.dataset(EVERY)
    made = [split(office, whole, seed=seed) for seed in (1, 1, 2)]
    office.drain()
    digests = [[office.look(f"/datasets/{part}")["sha256"] for part in parts] for parts in made]
    assert digests[0] == digests[1]
    assert digests[0][0] != digests[2][0]
    assert [office.look(f"/datasets/{parts[0]}")["version"] for parts in made] == [1, 2, 3]


def test_a_held_out_part_may_be_small(office: Office) -> None:
    training, held_out = split(office, office.dataset(HELD_OUT[:12]), held_out=0.01)
    office.drain()
    assert office.look(f"/datasets/{held_out}")["status"] == "ready"
    assert office.look(f"/datasets/{held_out}/report")["examples"] == 1
    assert office.look(f"/datasets/{training}")["status"] == "ready"


def test_only_what_is_ready_is_split(office: Office) -> None:
    fresh = office.upload(jsonl(HELD_OUT)).json()["id"]
    faulty = office.upload(b"[]\n" * 20).json()["id"]
    for stage in ("uploaded", "validated"):
        wanted = [fresh, faulty] if stage == "uploaded" else [faulty]
        for dataset_id in wanted:
            answer = office.member.post(f"/v1/datasets/{dataset_id}/split", json={})
            assert (answer.status_code, answer.json()["code"]) == (409, "dataset_not_ready")
        office.drain()
    assert split(office, fresh)


@pytest.mark.parametrize("wrong", [{"held_out": 0}, {"held_out": "0.2"}, {"seed": -1}, {"seed": 0.5}, {"by": "luck"}])
def test_a_split_that_makes_no_sense_is_refused(office: Office, wrong: dict[str, Any]) -> None:
    answer = office.member.post("/v1/datasets/ds_01h455vb4pex5vsknk084sn02q/split", json=wrong)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["errors"][0]["pointer"] == f"/{next(iter(wrong))}"


def test_the_work_of_a_worker_that_died_is_taken_over(office: Office) -> None:
    dataset_id = office.upload(jsonl(HELD_OUT)).json()["id"]
    taken_and_dropped(office)
    office.drain()
    assert office.look(f"/datasets/{dataset_id}")["status"] == "validating", "somebody may still be at it"
    office.pass_time(A_CLAIM_SECONDS)
    office.drain()
    assert office.look(f"/datasets/{dataset_id}")["status"] == "ready"


def test_a_part_whose_worker_died_is_made_by_another(office: Office) -> None:
    parts = split(office, office.dataset(EVERY))
    taken_and_dropped(office)
    office.pass_time(A_CLAIM_SECONDS)
    office.drain()
    assert [office.look(f"/datasets/{part}")["status"] for part in parts] == ["ready", "ready"]


def test_a_file_that_ends_every_worker_is_given_up(office: Office) -> None:
    dataset_id = office.upload(jsonl(HELD_OUT)).json()["id"]
    for _ in range(3):
        taken_and_dropped(office)
        office.pass_time(A_CLAIM_SECONDS)
    office.drain()
    seen = office.look(f"/datasets/{dataset_id}")
    assert seen["status"] == "rejected"
    assert "did not come to an end" in seen["reason"]
    report = office.member.get(f"/v1/datasets/{dataset_id}/report")
    assert (report.status_code, report.json()["code"]) == (409, "dataset_not_ready")


def test_a_worker_that_comes_back_too_late_writes_nothing(office: Office) -> None:
    dataset_id = office.upload(jsonl(HELD_OUT)).json()["id"]
    stale = taken_and_dropped(office)
    office.pass_time(A_CLAIM_SECONDS)
    office.drain()
    before = office.look(f"/datasets/{dataset_id}")
    with office.lab.transaction() as db:
        recording.give_up(db, stale, "too late")
        recording.record_bytes(db, stale, recording.Bytes("k", 1, "00"))
    assert office.look(f"/datasets/{dataset_id}") == before


def taken_and_dropped(office: Office) -> Dataset:
    """What a worker leaves behind that is killed as soon as it has claimed something."""
    with office.lab.transaction() as db:
        taken = recording.take(db)
    assert taken is not None
    return taken
