"""Following a job live: every event once and in order, through reconnections, by any number of watchers at the cost of one."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx2
import psycopg
import pytest
from sqlalchemy import event

from api import job_events
from api.context import CONNECTIONS
from api.watching import EVERY_SECONDS
from tests.support.office import Office
from tests.support.server import served

STREAM = {"Accept": "text/event-stream"}
MINE = " AND datname = current_database() AND usename = current_user"


@pytest.fixture
def line(office: Office) -> Iterator[httpx2.Client]:
    """A member's client over a real socket."""
    key = office.lab.api.key(office.lab.team_id)
    headers = {"Authorization": f"Bearer {key}"}
    limits = httpx2.Limits(max_connections=None)
    with (
        served(office.lab.api.app) as url,
        httpx2.Client(base_url=url, headers=headers, timeout=30, limits=limits) as client,
    ):
        yield client


@contextmanager
def watching(line: httpx2.Client, job_id: str, after: int = 0) -> Iterator[Iterator[str]]:
    """The lines of a stream."""
    headers = STREAM | ({"Last-Event-ID": str(after)} if after else {})
    with line.stream("GET", f"/v1/jobs/{job_id}/events", headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield answer.iter_lines()


def events(lines: Iterator[str]) -> list[dict[str, Any]]:
    """Everything until the stream ends; each event's id and name must be those of its data."""
    found: list[dict[str, Any]] = []
    said: dict[str, str] = {}
    for one in lines:
        name, _, value = one.partition(": ")
        said |= {name: value} if name else {}
        if not one and "data" in said:
            found.append(json.loads(said["data"]))
            assert (said["id"], said["event"]) == (str(found[-1]["id"]), found[-1]["kind"])
            said = {}
    return found


def soon(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 15
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.05)
    return holds()


def questions(office: Office) -> list[float]:
    """When the reader asked Postgres for news, from now on."""
    asked: list[float] = []

    def note(*given: Any) -> None:
        if "AS watched" in given[2]:
            asked.append(time.monotonic())

    event.listen(office.lab.api.app.state.context.database.engine, "before_cursor_execute", note)
    return asked


def test_events_arrive_as_they_happen_and_the_stream_ends_with_the_job(office: Office, line: httpx2.Client) -> None:
    office.openai()
    job_id = office.submit(office.dataset())
    with watching(line, job_id) as lines, ThreadPoolExecutor(1) as pool:
        first = [next(lines) for _ in range(4)]
        assert first[1:] == ["event: status", first[2], ""]
        assert json.loads(first[2].removeprefix("data: "))["data"]["status"] == "queued"
        rest = pool.submit(events, lines)
        office.finish(job_id)
        streamed = rest.result(30)
    assert streamed == office.events(job_id)[1:]
    assert streamed[-1]["data"]["status"] == "succeeded"


def test_a_reconnection_misses_nothing_and_gets_nothing_twice(office: Office, line: httpx2.Client) -> None:
    office.openai()
    job_id = office.submit(office.dataset())
    office.finish(job_id)
    every = office.events(job_id)
    for place in (0, 1, len(every) // 2, len(every) - 1):
        after = every[place - 1]["id"] if place else 0
        with watching(line, job_id, after) as lines:
            assert events(lines) == every[place:]
    over = line.get(f"/v1/jobs/{job_id}/events", headers=STREAM | {"Last-Event-ID": str(every[-1]["id"])})
    assert (over.status_code, over.content) == (204, b"")


def test_refusals_are_problems_on_a_stream_too(office: Office) -> None:
    office.openai()
    job_id = office.submit(office.dataset())
    sales = office.lab.api.member(office.lab.api.team("sales")["id"])
    missing = office.member.get("/v1/jobs/job_01h455vb4pex5vsknk084sn02q/events", headers=STREAM)
    for accept in (STREAM, {}):
        foreign = sales.get(f"/v1/jobs/{job_id}/events", headers=accept)
        assert (foreign.status_code, foreign.content) == (404, missing.content)
    for wrong in ("-1", "x", str(2**63)):
        answer = office.member.get(f"/v1/jobs/{job_id}/events", headers=STREAM | {"Last-Event-ID": wrong})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "header/last-event-id")


def test_a_quiet_stream_is_kept_alive(office: Office, line: httpx2.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_events, "KEEP_ALIVE_SECONDS", 0.1)
    office.openai()
    with watching(line, office.submit(office.dataset())) as lines:
        seen = [next(lines) for _ in range(8)]
    assert seen[4:] == [": still here", ""] * 2


def test_watchers_of_different_jobs_are_told_of_their_own(office: Office, line: httpx2.Client) -> None:
    office.openai()
    dataset_id = office.dataset()
    jobs = [office.submit(dataset_id) for _ in range(2)]
    with ExitStack() as stack, ThreadPoolExecutor(2) as pool:
        streams = [stack.enter_context(watching(line, job_id)) for job_id in jobs]
        heard = [pool.submit(events, lines) for lines in streams]
        for job_id in jobs:
            office.finish(job_id)
        for job_id, one in zip(jobs, heard, strict=True):
            assert one.result(30) == office.events(job_id)


def test_any_number_of_watchers_costs_one_question_at_a_time_and_no_session(
    office: Office, line: httpx2.Client
) -> None:
    office.openai()
    job_id = office.submit(office.dataset())
    asked = questions(office)
    n_watchers = CONNECTIONS + 20
    with ExitStack() as stack, ThreadPoolExecutor(n_watchers) as pool:
        opened = pool.map(lambda _: stack.enter_context(watching(line, job_id)), range(n_watchers))
        streams = list(opened)
        asked.clear()
        begun = time.monotonic()
        time.sleep(1)
        assert line.get(f"/v1/jobs/{job_id}").status_code == 200, "there are connections left for everybody else"
        open_for_long = "state = 'idle in transaction' AND xact_start < clock_timestamp() - interval '0.5 seconds'"
        held = office.lab.api.sql(
            f"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND {open_for_long}"
        )
        assert held == [(0,)]
        assert len(asked) <= (time.monotonic() - begun) / EVERY_SECONDS + 1
        heard = [pool.submit(events, lines) for lines in streams]
        office.finish(job_id)
        every = office.events(job_id)
        assert all(one.result(30) == every for one in heard)


def test_when_the_last_watcher_has_left_nobody_asks_any_more(office: Office, line: httpx2.Client) -> None:
    office.openai()
    job_id = office.submit(office.dataset())
    asked = questions(office)
    with watching(line, job_id) as lines:
        next(lines)
        assert asked
    assert soon(lambda: time.monotonic() - asked[-1] > 1.5)
    n_asked = len(asked)
    with watching(line, job_id) as lines:
        assert next(lines).startswith("id: ")
    assert len(asked) > n_asked


def test_watchers_outlive_a_database_that_was_away(office: Office, line: httpx2.Client) -> None:
    office.openai()
    job_id = office.submit(office.dataset())
    with watching(line, job_id) as lines, psycopg.connect(office.lab.api.database.app_url, autocommit=True) as db:
        [next(lines) for _ in range(4)]
        for _ in range(10):
            db.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()" + MINE)
            time.sleep(0.1)
        assert soon(lambda: office.member.post(f"/v1/jobs/{job_id}/cancel").status_code == 202)
        assert [one["data"]["status"] for one in events(lines)] == ["cancelling", "cancelled"]
