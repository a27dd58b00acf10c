"""Rounds of killing: jobs are led to a point, their workers are killed there, and all goes on by itself.

`python -m tests.drills` runs more rounds than the tests do.
"""

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

from tests.drills.points import Hold, Point, held_at, standing_at
from tests.drills.service import CHILDREN, WORKERS, Account, Service, Team, submit
from tests.support.waiting import until

Kill = Callable[[Service], None]
GATHERING_SECONDS = 10.0
CROWD = WORKERS * CHILDREN
"""How many jobs are held at once: one for each process that works."""
PAST_ALL_CLAIMS = 16.0
"""Seconds after which a claim that nobody renews is over, and so is the settle window."""


@dataclass(frozen=True)
class Landed:
    """One round: the jobs that were submitted in it, and those (of any round) that stood at the point when their worker died."""

    point: Point
    submitted: set[str]
    hit: set[str]


@dataclass(frozen=True)
class Row:
    """What became of all jobs that were hit at one point."""

    point: Point
    kills: int
    second_attempts: int
    duplicates: int
    lost: int


@dataclass(frozen=True)
class Field:
    """Where the killing happens. Jobs go to the accounts in turn."""

    service: Service
    team: Team
    dataset_id: str
    accounts: Sequence[Account]


def kill_at(field: Field, point: Point, kill: Kill) -> Landed:
    """One round. When it returns workers run again, and every claim of the dead is over."""
    service, accounts = field.service, field.accounts
    with held_at(service, point, accounts, field.dataset_id) as hold:
        jobs = {submit(field.team, field.dataset_id, account) for account in islice(cycle(accounts), CROWD)}
        _gather(hold)
        there = hold.at_point()
        kill(service)
        # What was there before and has not gone on died there.
        landed = there & standing_at(service, point, there, accounts)
        if point is Point.POST_SENT_LATE:
            _buy_elsewhere(service, landed, hold)
        hold.let_go()
    service.start_workers()
    service.pass_time(PAST_ALL_CLAIMS)
    return Landed(point, jobs, landed)


def _gather(hold: Hold) -> None:
    """Until every process is held, or nearly: whoever is held for half a minute gives up waiting for its answer."""
    until(hold.arrived)
    deadline = time.monotonic() + GATHERING_SECONDS
    while len(hold.arrived()) < CROWD and time.monotonic() < deadline:
        time.sleep(0.1)


def _buy_elsewhere(service: Service, jobs: Collection[str], hold: Hold) -> None:
    """The dead workers' orders stay on their way until new workers have bought what they had ordered."""
    service.start_workers()
    service.pass_time(PAST_ALL_CLAIMS)

    def bought() -> bool:
        hold.let_newcomers()
        query = "SELECT count(*) FROM jobs WHERE id = ANY(%s) AND epoch > 1 AND provider_job_id IS NOT NULL"
        return service.sql(query, list(jobs)) == [(len(jobs),)]

    until(bought, seconds=60)


def until_hit(field: Field, wanted: int, kills: Sequence[Kill]) -> Iterator[Landed]:
    """Rounds at every point, with the ways of killing in turn, until each was hit so many times."""
    ways = cycle(kills)
    for point in Point:
        hits = 0
        while hits < wanted:
            landed = kill_at(field, point, next(ways))
            hits += len(landed.hit)
            yield landed


def account_for(field: Field, landed: Sequence[Landed]) -> list[Row]:
    """Waits until every job has ended, and counts."""
    everything = set[str]().union(*(one.submitted for one in landed))
    ends = field.team.until_over(everything)
    bought = sum((field.service.sandbox.bought(account.name) for account in field.accounts), Counter[str]())
    epochs = dict(field.service.sql("SELECT id, epoch FROM jobs WHERE id = ANY(%s)", list(everything)))
    rows = []
    for point in dict.fromkeys(one.point for one in landed):
        rounds = [one for one in landed if one.point is point]
        hit = set[str]().union(*(one.hit for one in rounds))
        concerned = hit.union(*(one.submitted for one in rounds))
        rows.append(
            Row(
                point,
                kills=sum(len(one.hit) for one in rounds),
                second_attempts=sum(epochs[job] > 1 for job in hit),
                duplicates=sum(max(bought[job] - 1, 0) for job in concerned),
                lost=sum(bought[job] == 0 or ends[job] != "succeeded" for job in concerned),
            )
        )
    return rows


def table(rows: Sequence[Row]) -> str:
    head = f"{'worker killed at':<28}{'kills':>7}{'second attempts':>17}{'duplicates':>12}{'lost':>6}"
    lines = [f"{row.point:<28}{row.kills:>7}{row.second_attempts:>17}{row.duplicates:>12}{row.lost:>6}" for row in rows]
    return "\n".join(["", head, *lines, ""])
