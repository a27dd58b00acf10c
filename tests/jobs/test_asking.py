"""Jobs as their team sees them: asked for once, listed in pages, hidden from everybody else."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from tests.support.office import MODEL, Office
from tests.support.server import served

LABELS = {"project": "support", "stage": "测试"}


def test_an_order_that_is_repeated_is_placed_once(office: Office) -> None:
    office.openai()
    order = {"dataset_id": office.dataset(), "model": MODEL, "labels": LABELS}
    once = {"Idempotency-Key": "order-1"}
    first = office.member.post("/v1/jobs", json=order, headers=once)
    again = office.member.post("/v1/jobs", json=order, headers=once)
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.content == first.content
    assert again.headers["location"] == f"/v1/jobs/{first.json()['id']}"
    other = office.member.post("/v1/jobs", json=order | {"labels": {}}, headers=once)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert office.lab.api.sql("SELECT count(*) FROM holds") == [(1,)]
    assert len(office.look("/jobs")["data"]) == 1


def test_thirty_at_once_with_one_key_place_one_order(office: Office) -> None:
    office.openai()
    order = {"dataset_id": office.dataset(), "model": MODEL}
    headers = {"Authorization": office.member.headers["authorization"], "Idempotency-Key": "k"}
    start = threading.Barrier(30)
    with served(office.lab.api.app) as url, httpx2.Client(base_url=url, headers=headers, timeout=30) as client:

        def post(_: int) -> httpx2.Response:
            start.wait()
            return client.post("/v1/jobs", json=order)

        with ThreadPoolExecutor(30) as pool:
            answers = list(pool.map(post, range(30)))
    assert {answer.status_code for answer in answers} <= {202, 409}
    assert len({answer.content for answer in answers if answer.status_code == 202}) == 1
    assert office.lab.api.sql("SELECT (SELECT count(*) FROM jobs), (SELECT count(*) FROM holds)") == [(1, 1)]


def test_jobs_are_listed_in_pages_the_newest_first(office: Office) -> None:
    office.openai()
    dataset_id = office.dataset()
    jobs = [office.submit(dataset_id) for _ in range(5)]
    office.member.post(f"/v1/jobs/{jobs[0]}/cancel")
    seen: list[str] = []
    path = "/jobs?limit=2"
    while path:
        page = office.look(path)
        seen += [one["id"] for one in page["data"]]
        path = page["next_cursor"] and f"/jobs?limit=2&cursor={page['next_cursor']}"
    assert seen == jobs[::-1]
    assert [one["id"] for one in office.look("/jobs?status=cancelled")["data"]] == [jobs[0]]
    assert office.member.get("/v1/jobs?status=lost").status_code == 422


def test_events_are_listed_in_pages_the_oldest_first(office: Office) -> None:
    office.openai()
    job_id = office.submit(office.dataset())
    office.finish(job_id)
    every = office.events(job_id)
    seen: list[Any] = []
    path = f"/jobs/{job_id}/events?limit=3"
    while path:
        page = office.look(path)
        seen += page["data"]
        path = page["next_cursor"] and f"/jobs/{job_id}/events?limit=3&cursor={page['next_cursor']}"
    assert seen == every
    assert len(every) > 6


def test_labels_are_kept_as_they_were_given(office: Office) -> None:
    office.openai()
    dataset_id = office.dataset()
    assert office.job(office.submit(dataset_id, labels=LABELS))["labels"] == LABELS
    wrongs: list[Any] = [
        {"a": "x" * 65},
        {"": "x"},
        {"a": 1},
        {"a": "b\nc"},
        {str(n): "x" for n in range(17)},
        [],
        None,
    ]
    for wrong in wrongs:
        answer = office.order(dataset_id, labels=wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), wrong


@pytest.mark.parametrize("part", ["", "/events", "/metrics", "/checkpoints", "/cancel"])
def test_another_teams_job_is_as_good_as_missing(office: Office, part: str) -> None:
    office.openai()
    job_id = office.submit(office.dataset())
    sales = office.lab.api.member(office.lab.api.team("sales")["id"])
    method = "POST" if part == "/cancel" else "GET"
    foreign = sales.request(method, f"/v1/jobs/{job_id}{part}")
    missing = sales.request(method, f"/v1/jobs/job_01h455vb4pex5vsknk084sn02q{part}")
    assert (foreign.status_code, foreign.content) == (404, missing.content)
    assert sales.get("/v1/jobs").json()["data"] == []
    assert office.job(job_id)["status"] == "queued"
