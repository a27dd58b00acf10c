"""Whoever watches a job sees all of its story once, whatever happens to the watcher, the API or the worker."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

import httpx2

from tests.drills.killing import PAST_ALL_CLAIMS
from tests.drills.service import Service, Team, submit
from tests.support.waiting import until

Event = dict[str, Any]


def watch(url: str, team: Team, job_id: str, after: int) -> Iterator[Event]:
    """The events of one connection; it ends when the service ends it or nobody reads on."""
    headers = {
        "Authorization": f"Bearer {team.client.key}",
        "Accept": "text/event-stream",
        "Last-Event-ID": str(after),
    }
    with (
        httpx2.Client(trust_env=False, timeout=60) as http,
        http.stream("GET", f"{url}/v1/jobs/{job_id}/events", headers=headers) as stream,
    ):
        for line in stream.iter_lines():
            if line.startswith("data: "):
                yield json.loads(line.removeprefix("data: "))


def test_a_watcher_misses_nothing_and_sees_nothing_twice(service: Service, team: Team) -> None:
    account = service.account("openai")
    gate = service.sandbox.gate(account.name, "create_job", "after_accept")
    job = submit(team, service.dataset(team), account, hyperparameters={"n_epochs": 3})
    until(lambda: service.sandbox.waiting(gate))
    one, other = service.stack.urls

    seen = list(islice(watch(one, team, job, 0), 3))
    service.kill_workers()
    service.sandbox.release(gate)
    service.start_workers()
    service.pass_time(PAST_ALL_CLAIMS)
    for url in (other, one, other):  # three connections that break after two events each
        seen += islice(watch(url, team, job, seen[-1]["id"]), 2)
    seen += watch(one, team, job, seen[-1]["id"])

    stored = service.sql("SELECT id FROM job_events WHERE job_id = %s ORDER BY id", job)
    assert [(event["id"],) for event in seen] == stored
    moves = [event["data"]["status"] for event in seen if event["kind"] == "status"]
    assert list(dict.fromkeys(moves)) == ["queued", "uploading", "submitting", "running", "succeeded"]
    assert list(watch(one, team, job, seen[-1]["id"])) == []
    service.check_books(team, [account])
