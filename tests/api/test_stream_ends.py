"""Live events: a stream ends with its key, survives faults, and is let go when nobody reads it."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest

from api import job_events, watching
from api.watching import Watching
from shared.ids import JobId
from tests.sandbox.server import Running
from tests.support.api import Api
from tests.support.server import served
from tests.support.waiting import until
from tests.support.workshop import Workshop, workshop_on


@pytest.fixture
def workshop(api: Api, provider: Running) -> Iterator[Workshop]:
    with workshop_on(api, provider.url, "openai") as made:
        yield made


@contextmanager
def streamed(workshop: Workshop, key: str, job_id: str) -> Iterator[list[str]]:
    """The lines of a live stream, as they come; "end" when it has ended."""
    lines: list[str] = []

    def follow(url: str) -> None:
        headers = {"Authorization": f"Bearer {key}", "Accept": "text/event-stream"}
        with httpx2.stream("GET", f"{url}/v1/jobs/{job_id}/events", headers=headers, timeout=60) as stream:
            lines.extend(stream.iter_lines())  # one by one, as they come
        lines.append("end")

    with served(workshop.api.app) as url:
        thread = threading.Thread(target=follow, args=(url,))
        thread.start()
        yield lines
        thread.join(30)
        assert not thread.is_alive()


def test_a_stream_ends_with_its_key(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_events, "KEEP_ALIVE_SECONDS", 0.2)
    job_id = workshop.submit()
    made = workshop.member.post(f"/v1/teams/{workshop.team_id}/keys", json={"name": "short-lived"}).json()
    with streamed(workshop, made["secret"], job_id) as lines:
        until(lambda: ": still here" in lines)
        assert "end" not in lines
        workshop.member.delete(f"/v1/keys/{made['id']}")
        until(lambda: "end" in lines)


def test_a_reader_that_fails_goes_on(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "AFTER_A_FAULT_SECONDS", 0.2)
    job_id = workshop.submit()
    with streamed(workshop, workshop.api.key(workshop.team_id), job_id) as lines:
        until(lambda: any(line.startswith("data:") for line in lines))
        workshop.api.sql("REVOKE SELECT ON job_events FROM tw_app")
        assert workshop.member.post(f"/v1/jobs/{job_id}/cancel").status_code == 500, "it cannot be read at all"
        threading.Event().wait(1)
        workshop.api.sql("GRANT SELECT ON job_events TO tw_app")
        assert workshop.member.post(f"/v1/jobs/{job_id}/cancel").status_code == 202
        until(lambda: "end" in lines)
    assert any('"cancelled"' in line for line in lines)


def test_who_does_not_read_is_let_go(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "MOST_WAITING", 1)
    job_id = JobId(workshop.submit())
    workshop.member.post(f"/v1/jobs/{job_id}/cancel")
    assert len(workshop.events(job_id)) > 2
    watchers = Watching(workshop.api.app.state.context.database)

    async def dawdle() -> list[object]:
        async with watchers.watch(job_id, 0) as events:
            await asyncio.wait_for(asyncio.to_thread(until, lambda: events.qsize() == 2), 60)
            return [events.get_nowait() is None, events.get_nowait() is None, events.empty()]

    assert asyncio.run(dawdle()) == [False, True, True]


def test_there_is_an_end_to_how_many_watch(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "MOST_WATCHERS", 0)
    refused = workshop.member.get(f"/v1/jobs/{workshop.submit()}/events", headers={"Accept": "text/event-stream"})
    assert (refused.status_code, refused.json()["code"]) == (503, "service_busy")
