"""The moments of a submission at which a worker can die, and how each is made to last until it is hit.

Nothing in the service knows of them. A worker is held up from outside: by a gate at the sandbox, by its dataset's bytes not
coming, or by a lock on its job's row. What the database and the provider know tells each moment from its neighbours.
"""

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import psycopg

from tests.drills.service import Account, Service
from tests.support.sandbox import job_of
from tests.support.waiting import until


class Point(StrEnum):
    CLAIM_COMMITTED = "claim committed"
    FILE_SENT = "file sent"
    POST_SENT = "POST sent"
    POST_SENT_LATE = "POST sent, taken too late"
    ACCEPTED = "provider accepted"
    ANSWER_READ = "answer read"


_GATES = {
    Point.FILE_SENT: ("upload_file", "after_accept"),
    Point.POST_SENT: ("create_job", "received"),
    Point.POST_SENT_LATE: ("create_job", "received"),
    Point.ACCEPTED: ("create_job", "after_accept"),
    Point.ANSWER_READ: ("create_job", "before_answer"),
}


@dataclass(frozen=True)
class Hold:
    """`arrived`: the jobs that are held up now. `let_go`: nothing is held up any more, whoever is still there to go on."""

    arrived: Callable[[], set[str]]
    let_go: Callable[[], None]
    let_newcomers: Callable[[], None] = lambda: None
    """Those who came after `arrived` was asked last go on."""
    push_on: Callable[[], set[str]] | None = None
    """From where they arrived to the point itself; gives those who are there."""

    def at_point(self) -> set[str]:
        return self.arrived() if self.push_on is None else self.push_on()


@contextmanager
def held_at(service: Service, point: Point, accounts: Sequence[Account], dataset_id: str) -> Iterator[Hold]:
    """Whoever comes to this point stays there."""
    if point is Point.CLAIM_COMMITTED:
        with _bytes_that_do_not_come(service, dataset_id) as hold:
            yield hold
        return
    gates = [service.sandbox.gate(account.name, *_GATES[point]) for account in accounts]
    at_gate = _at_gates(service, gates)
    if point is not Point.ANSWER_READ:
        yield at_gate
        return
    with psycopg.connect(service.stack.databases.owner) as lock:
        yield _behind_a_lock(service, at_gate, lock)


def _at_gates(service: Service, gates: Sequence[str]) -> Hold:
    known: dict[str, str] = {}

    def arrived() -> set[str]:
        known.update(service.sandbox.waiting(*gates))
        return {job_of(subject) for subject in known.values()}

    def let_go() -> None:
        for gate in gates:
            service.sandbox.release(gate)

    def let_newcomers() -> None:
        for each in service.sandbox.waiting(*gates).keys() - known.keys():
            service.sandbox.release(each)

    return Hold(arrived, let_go, let_newcomers)


@contextmanager
def _bytes_that_do_not_come(service: Service, dataset_id: str) -> Iterator[Hold]:
    """A pipe that nobody writes into stands in the place of the dataset's bytes: whoever opens it waits."""
    blob = service.blob(dataset_id)
    aside = blob.with_suffix(".aside")
    blob.rename(aside)
    os.mkfifo(blob)
    query = "SELECT id FROM jobs WHERE dataset_id = %s AND status = 'uploading' AND claimed_until > tw_now()"

    def arrived() -> set[str]:
        return {job for (job,) in service.sql(query, dataset_id)}

    def let_go() -> None:
        _put_back(blob, aside)

    try:
        yield Hold(arrived, let_go)
    finally:
        _put_back(blob, aside)


def _put_back(blob: Path, aside: Path) -> None:
    if aside.exists():
        aside.replace(blob)


def _behind_a_lock(service: Service, at_gate: Hold, lock: psycopg.Connection) -> Hold:
    """The jobs' rows are locked before the answers are sent: these are read, and cannot be recorded."""

    def push_on() -> set[str]:
        jobs = at_gate.arrived()
        lock.execute("SELECT id FROM jobs WHERE id = ANY(%s) FOR UPDATE", [list(jobs)])
        at_gate.let_go()
        until(lambda: _waiting_to_record(service) >= jobs, seconds=20)
        return jobs

    return Hold(at_gate.arrived, lock.rollback, push_on=push_on)


def _waiting_to_record(service: Service) -> set[str]:
    """The jobs whose rows a worker waits for with SELECT … FOR UPDATE; its heartbeats wait too, with UPDATE."""
    query = """
        SELECT id FROM jobs JOIN pg_locks ON ctid = format('(%s,%s)', page, tuple)::tid
        JOIN pg_stat_activity USING (pid)
        WHERE relation = 'jobs'::regclass AND locktype = 'tuple' AND usename = 'tw_worker' AND query ^@ 'SELECT jobs.'
    """
    return {job for (job,) in service.sql(query)}


def standing_at(service: Service, point: Point, job_ids: Collection[str], accounts: Sequence[Account]) -> set[str]:
    """The jobs of which database and provider say that they are at this point, neither before it nor after."""
    there = _rows_at(service, point, job_ids)
    bought = {job for account in accounts for job in service.sandbox.bought(account.name)}
    sent = {job_of(name) for account in accounts for name in _files(account)}
    match point:
        case Point.CLAIM_COMMITTED:
            return there - sent
        case Point.FILE_SENT | Point.POST_SENT | Point.POST_SENT_LATE:
            return there & sent - bought
        case Point.ACCEPTED | Point.ANSWER_READ:
            return there & bought


def _rows_at(service: Service, point: Point, job_ids: Collection[str]) -> set[str]:
    """Claimed rows that say what a row says at this point: sending files, or about to be ordered."""
    before = "status = 'uploading' AND training_file_id IS NULL"
    after = "status = 'submitting' AND posted_at IS NOT NULL AND provider_job_id IS NULL"
    says = before if point in (Point.CLAIM_COMMITTED, Point.FILE_SENT) else after
    query = f"SELECT id FROM jobs WHERE id = ANY(%s) AND claim_token IS NOT NULL AND {says}"
    return {job for (job,) in service.sql(query, list(job_ids))}


def _files(account: Account) -> list[str]:
    provider = account.open()
    try:
        return [file.name for file in provider.files("tw_")]
    finally:
        provider.close()
