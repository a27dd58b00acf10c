"""Rounds of killing: jobs are led to a point, their workers are killed there, and all goes on by itself.

`python -m tests.drills` runs more rounds than the tests do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice

from tests.drills.points import CROWD, Hold, Point, held_at, standing_at
from tests.drills.service import Account, Service, Team, submit
from tests.support.waiting import until

PAST_ALL_CLAIMS = 16.0
"""Seconds after which a claim that nobody renews is over, and so is the settle window."""


@dataclass(frozen=True)
class Landed:
    """What one round killed: jobs that stood at the point when their worker died."""

    point: Point
    job_ids: list[str]


@dataclass(frozen=True)
class Row:
    """What became of all jobs that were hit at one point."""

    point: Point
    kills: int
    second_attempts: int
    duplicates: int
    lost: int


def kill_at(service: Service, point: Point, team: Team, accounts: Sequence[Account]) -> Landed:
    """One round. When it returns new workers run, and every claim of the dead is over."""
    dataset_id = service.dataset(team)
    with held_at(service, point, accounts, dataset_id) as hold:
        jobs = [submit(team, dataset_id, account) for account in islice(cycle(accounts), CROWD)]
        until(lambda: hold.arrived() >= set(jobs), seconds=45)
        there = standing_at(service, point, jobs, accounts)
        service.kill_workers()
        assert standing_at(service, point, jobs, accounts) == there, "the dead have gone on"
        if point is Point.POST_SENT_LATE:
            _buy_elsewhere(service, jobs, hold)
        hold.let_go()
    if point is not Point.POST_SENT_LATE:
        service.start_workers()
        service.pass_time(PAST_ALL_CLAIMS)
    return Landed(point, sorted(there))


def _buy_elsewhere(service: Service, jobs: Sequence[str], hold: Hold) -> None:
    """The dead workers' orders stay on their way until new workers have bought what they had ordered."""
    service.start_workers()
    service.pass_time(PAST_ALL_CLAIMS)

    def bought() -> bool:
        hold.let_newcomers()
        query = "SELECT count(*) FROM jobs WHERE id = ANY(%s) AND epoch > 1 AND provider_job_id IS NOT NULL"
        return service.sql(query, list(jobs)) == [(len(jobs),)]

    until(bought, seconds=45)


def account_for(service: Service, team: Team, accounts: Sequence[Account], landed: Sequence[Landed]) -> list[Row]:
    """Waits until every job has ended, and counts."""
    everything = [job for one in landed for job in one.job_ids]
    ends = team.until_over(everything)
    bought = {job: times for account in accounts for job, times in service.sandbox.bought(account.name).items()}
    epochs = dict(service.sql("SELECT id, epoch FROM jobs WHERE id = ANY(%s)", everything))
    rows = []
    for point in dict.fromkeys(one.point for one in landed):
        hit = [job for one in landed if one.point is point for job in one.job_ids]
        rows.append(
            Row(
                point,
                kills=len(hit),
                second_attempts=sum(epochs[job] > 1 for job in hit),
                duplicates=sum(max(bought.get(job, 0) - 1, 0) for job in hit),
                lost=sum(bought.get(job, 0) == 0 or ends[job] != "succeeded" for job in hit),
            )
        )
    return rows


def table(rows: Sequence[Row]) -> str:
    head = f"{'worker killed at':<28}{'kills':>7}{'second attempts':>17}{'duplicates':>12}{'lost':>6}"
    lines = [
        f"{row.point:<28}{row.kills:>7}{row.second_attempts:>17}{row.duplicates:>12}{row.lost:>6}" for row in rows
    ]
    return "\n".join(["", head, *lines, ""])
