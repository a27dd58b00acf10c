"""An update in the usual way: one process after the other is replaced, while teams go on ordering and three beats beat."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from threading import Event

import httpx2

from local import commands
from local.processes import Process, wait_until_ready
from tests.drills.service import MODEL, Service, Team

PAUSE_SECONDS = 2.0


def test_nothing_is_answered_by_an_error_and_nothing_happens_twice(service: Service, team: Team) -> None:
    account = service.account("openai")
    order: dict[str, object] = {
        "dataset_id": service.dataset(team),
        "connection_id": account.connection_id,
        "model": MODEL,
    }
    over, statuses = Event(), Counter[int]()
    with _more_beats(service, 2), ThreadPoolExecutor(1) as pool:
        ordered = pool.submit(_go_on_ordering, service, team, order, over, statuses)
        try:
            for number in (1, 2):
                _replaced(service, [f"api-{number}"])
                _replaced(service, [f"worker-{queue}-{number}" for queue in commands.QUEUES])
        finally:
            over.set()
        jobs = ordered.result()
        assert set(team.until_over(jobs).values()) == {"succeeded"}

    assert statuses.keys() == {202}
    assert service.sandbox.bought(account.name) == dict.fromkeys(jobs, 1)
    told = Counter(service.sql("SELECT kind, subject FROM outbox WHERE team_id = %s AND kind LIKE 'job.%%'", team.id))
    assert {subject for _, subject in told} == set(jobs)
    assert set(told.values()) == {1}
    service.check_books(team, [account])


def _replaced(service: Service, names: list[str]) -> None:
    """Stopped as an update stops it, with what it is at done first, and started again."""
    processes = [service.stack.supervisor[name] for name in names]
    for process in processes:
        process.ask_to_stop()
    for process in processes:
        process.stop()
        process.start()
    wait_until_ready(processes)


def _go_on_ordering(
    service: Service, team: Team, order: dict[str, object], over: Event, statuses: Counter[int]
) -> list[str]:
    """A caller behind a balancer: whoever takes its connection answers it. Gives the jobs that it was told are ordered."""
    jobs = []
    with httpx2.Client(trust_env=False, timeout=60, headers={"Authorization": f"Bearer {team.client.key}"}) as http:
        while not over.wait(PAUSE_SECONDS):
            answer = _from_whoever_is_there(http, service.stack.urls, order)
            statuses[answer.status_code] += 1
            if answer.status_code == 202:
                jobs.append(answer.json()["id"])
    return jobs


def _from_whoever_is_there(http: httpx2.Client, urls: list[str], order: dict[str, object]) -> httpx2.Response:
    one, other = urls
    try:
        return http.post(f"{one}/v1/jobs", json=order, headers={"Connection": "close"})
    except httpx2.ConnectError:
        return http.post(f"{other}/v1/jobs", json=order, headers={"Connection": "close"})


@contextmanager
def _more_beats(service: Service, n: int) -> Iterator[None]:
    """Beside the one that there is, each with a schedule of its own."""
    folder = service.stack.folder
    first = service.stack.supervisor["beat"].program
    beats = []
    for number in range(n):
        schedule = str(folder.path / "beat" / f"more-{number}")
        argv = commands.with_this_python(commands.beat(schedule))
        beats.append(Process(replace(first, name=f"beat-{number + 2}", argv=argv), folder))
    try:
        yield
    finally:
        for beat in beats:
            beat.stop()
