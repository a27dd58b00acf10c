"""The database is put back to what a dump had kept, while the providers go on: what was bought since is found again.

Some jobs are ordered before the dump and some after it; some are over when it is restored, and their files gone.
"""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from psycopg.sql import SQL, Identifier

from local import installation, postgres
from local.binaries import postgres_folder
from tests.drills.service import Account, Service, Team, submit
from tests.support.waiting import until

PAST_A_WALK = 60.0
"""Seconds until a connection's list is looked through, at most."""


@dataclass(frozen=True)
class Restored:
    """What became of a number of jobs. `unrecorded` were bought after the dump; `lost` have not ended with their model."""

    jobs: int
    unrecorded: int
    duplicates: int
    lost: int


def restore(service: Service, team: Team, accounts: list[Account], jobs: int) -> Restored:
    """Order half of the jobs, dump, order the others, wait until some are over, and restore the dump."""
    dataset_id = service.dataset(team)
    before = [submit(team, dataset_id, accounts[number % len(accounts)]) for number in range(jobs // 2)]
    with TemporaryDirectory() as folder:
        dump = Path(folder) / "tunewright.dump"
        _pg(service, "pg_dump", "--format=custom", f"--file={dump}", f"--dbname={_url(service, postgres.DATABASE)}")
        after = [submit(team, dataset_id, accounts[number % len(accounts)]) for number in range(jobs - len(before))]
        until(lambda: _over(service, team) >= jobs // 2, seconds=120)
        service.kill_workers()
        known = dict(service.sql("SELECT id, provider_job_id FROM jobs WHERE team_id = %s", team.id))
        bought = {job_id for job_id in (*before, *after) if known.get(job_id)}
        with psycopg.connect(_url(service, postgres.SUPERUSER), autocommit=True) as db:
            db.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(postgres.DATABASE)))
        _pg(service, "pg_restore", "--create", f"--dbname={_url(service, postgres.SUPERUSER)}", str(dump))
    told = dict(service.sql("SELECT id, provider_job_id FROM jobs WHERE team_id = %s", team.id))
    service.start_workers()
    service.pass_time(PAST_A_WALK)
    wanted = bought | set(before)
    until(lambda: len(_known(service, wanted)) == len(wanted), seconds=120)
    ends = team.until_over(wanted, seconds=300)
    times = [sum(service.sandbox.bought(account.name)[job_id] for account in accounts) for job_id in wanted]
    return Restored(
        jobs=len(wanted),
        unrecorded=sum(told.get(job_id) is None for job_id in bought),
        duplicates=sum(max(count - 1, 0) for count in times),
        lost=sum(status != "succeeded" for status in ends.values()) + times.count(0),
    )


def table(restored: Restored) -> str:
    head = f"{'database put back':<28}{'jobs':>7}{'bought since':>17}{'duplicates':>12}{'lost':>6}"
    row = f"{'to a dump':<28}{restored.jobs:>7}{restored.unrecorded:>17}{restored.duplicates:>12}{restored.lost:>6}"
    return f"\n{head}\n{row}\n"


def _over(service: Service, team: Team) -> int:
    over = "SELECT count(*) FROM jobs WHERE team_id = %s AND status = 'succeeded' AND due_at IS NULL"
    ((count,),) = service.sql(over, team.id)
    return int(count)


def _known(service: Service, job_ids: set[str]) -> list[tuple[str]]:
    return service.sql("SELECT id FROM jobs WHERE id = ANY(%s)", list(job_ids))


def _url(service: Service, database: str) -> str:
    folder = service.stack.folder
    password = installation.recall(folder).superuser_password
    return postgres.server_url(folder.path / "sockets", database, postgres.SUPERUSER, password)


def _pg(service: Service, program: str, *arguments: str) -> None:
    subprocess.run([str(postgres_folder() / "bin" / program), *arguments], check=True)
