"""A worker that was stopped past its claim, and wakes up."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from tests.drills.killing import PAST_ALL_CLAIMS
from tests.drills.service import Service, Team, submit
from tests.support.descendants import below
from tests.support.waiting import until

_ROW = "SELECT epoch, provider_job_id, status, reason, billed_tokens, due_at, claim_token FROM jobs WHERE id = %s"


def everyone(service: Service, name: str) -> list[int]:
    pid = service.stack.supervisor[name].pid
    return [pid, *(child for child, _ in below(pid))]


@contextmanager
def stopped(service: Service, name: str) -> Iterator[None]:
    processes = everyone(service, name)
    for pid in processes:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in processes:
            os.kill(pid, signal.SIGCONT)


def test_a_worker_that_slept_past_its_claim_writes_nothing_and_buys_nothing(service: Service, team: Team) -> None:
    account = service.account("openai")
    dataset_id = service.dataset(team)
    # The order is on its way when its worker stops; which of the two workers has it decides Celery.
    gate = service.sandbox.gate(account.name, "create_job", "received")
    with stopped(service, "worker-short-2"):
        job = submit(team, dataset_id, account)
        until(lambda: service.sandbox.waiting(gate))
        (late,) = service.sandbox.waiting(gate)
    with stopped(service, "worker-short-1"):
        service.pass_time(PAST_ALL_CLAIMS)
        until(lambda: _second_order(service, gate, late))
        service.sandbox.release(late)  # names a file that is gone
        service.sandbox.release(gate)
        assert team.until_over([job]) == {job: "succeeded"}
        story = service.sql("SELECT id, message FROM job_events WHERE job_id = %s ORDER BY id", job)
        service.check_books(team, [account])
        row = service.sql(_ROW, job)
    # Awake: it is told that its order was refused, and has no claim to write that under.
    later = [submit(team, dataset_id, account) for _ in range(6)]
    assert set(team.until_over(later).values()) == {"succeeded"}

    assert service.sql("SELECT id, message FROM job_events WHERE job_id = %s ORDER BY id", job) == story
    assert service.sql(_ROW, job) == row
    assert row[0][-1] is None
    assert service.sandbox.bought(account.name)[job] == 1
    service.check_books(team, [account])


def _second_order(service: Service, gate: str, late: str) -> bool:
    newcomers = service.sandbox.waiting(gate).keys() - {late}
    for each in newcomers:
        service.sandbox.release(each)
    return bool(newcomers)
