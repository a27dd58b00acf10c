"""Postgres taken away under load: teams go on ordering, and are told what became of each order.

`python -m tests.drills` keeps it away for longer than the tests do.
"""

import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event

import httpx2

from tests.drills.service import MODEL, Account, Service, Team
from tests.drills.test_contention import in_turn

CALLERS = 3
PAUSE_SECONDS = 0.4
_SERVICES = ("tw_app", "tw_worker")
_END_SESSIONS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


@dataclass
class Heard:
    """What callers were answered: the jobs that they were told are ordered, and how often each status came."""

    jobs: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def other_answers(self) -> int:
        """Answers that are neither a yes nor a wish to be asked again."""
        return self.statuses.total() - self.statuses[202] - self.statuses[503]


def ordering_through(service: Service, team: Team, account: Account, seconds_away: float) -> Heard:
    """Orders that go on while every session is killed, three times, and then the server itself, which comes back later."""
    dataset_id = service.dataset(team)
    heard, over = Heard(), Event()
    with _written_means_kept(service), ThreadPoolExecutor(CALLERS) as pool:
        try:
            callers = [
                pool.submit(_go_on_ordering, service, team, _order(dataset_id, account), heard, over)
                for _ in range(CALLERS)
            ]
            for _ in range(3):
                time.sleep(1)
                service.sql(_END_SESSIONS)
            postgres = service.stack.supervisor["postgres"]
            postgres.kill()
            time.sleep(seconds_away)
            service.stack.supervisor.restart("postgres")
        finally:
            over.set()
        for caller in callers:
            caller.result()
    return heard


def _order(dataset_id: str, account: Account) -> dict[str, object]:
    return {"dataset_id": dataset_id, "connection_id": account.connection_id, "model": MODEL}


def _go_on_ordering(service: Service, team: Team, order: dict[str, object], heard: Heard, over: Event) -> None:
    """One caller, who sends each order again, with its own key, until it is acknowledged, and leaves in the middle of none."""
    with httpx2.Client(trust_env=False, timeout=60) as http:
        for number, _ in enumerate(iter(over.is_set, True)):
            headers = {"Authorization": f"Bearer {team.client.key}", "Idempotency-Key": uuid.uuid4().hex}
            url = in_turn(service.stack.urls, number)
            while (answer := http.post(f"{url}/v1/jobs", json=order, headers=headers)).status_code == 503:
                heard.statuses[503] += 1
                time.sleep(PAUSE_SECONDS)
            heard.statuses[answer.status_code] += 1
            if answer.status_code != 202:
                return
            heard.jobs.append(answer.json()["id"])
            time.sleep(PAUSE_SECONDS)


@contextmanager
def _written_means_kept(service: Service) -> Iterator[None]:
    """As in production: what is acknowledged is on the disk. Other drills do without, and are twice as fast."""
    try:
        _set_for_services(service, "SET synchronous_commit = on")
        yield
    finally:
        _set_for_services(service, "RESET synchronous_commit")


def _set_for_services(service: Service, setting: str) -> None:
    for role in _SERVICES:
        service.sql(f"ALTER ROLE {role} {setting}")
    service.sql(_END_SESSIONS)
