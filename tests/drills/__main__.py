"""`make drill`: workers killed many more times than the tests have time for, the database away for longer, and tables of what
became of it.

python -m tests.drills --kills 50       at least so many at each point
python -m tests.drills --away 30        seconds for which Postgres is gone under load
python -m tests.drills --restored 100   jobs whose record is put back to a dump
"""

import argparse
import sys

from tests.drills import restoring
from tests.drills.absence import ordering_through
from tests.drills.killing import Field, Landed, account_for, table, until_hit
from tests.drills.service import Service, running


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.drills", description=__doc__)
    parser.add_argument("--kills", type=int, default=50, help="at each point, at least")
    parser.add_argument("--away", type=float, default=30.0, help="seconds without Postgres")
    parser.add_argument("--restored", type=int, default=100, help="jobs whose record is put back to a dump")
    given = parser.parse_args()
    with running() as service:
        is_well = _kill_workers(service, given.kills) and _take_postgres_away(service, given.away)
        is_well = is_well and _put_back(service, given.restored)
    return 0 if is_well else 1


def _kill_workers(service: Service, wanted: int) -> bool:
    """Whether no job was bought twice and none was lost."""
    team, accounts = service.team(), [service.account("openai"), service.account("azure")]
    field = Field(service, team, service.dataset(team), accounts)
    landed: list[Landed] = []
    for one in until_hit(field, wanted, [Service.kill_children, Service.kill_workers]):
        landed.append(one)
        sys.stdout.write(f"{one.point}: {len(one.hit)} killed\n")
        sys.stdout.flush()
    rows = account_for(field, landed)
    sys.stdout.write(table(rows))
    service.check_books(team, accounts)
    return not any(row.duplicates or row.lost for row in rows)


def _take_postgres_away(service: Service, seconds: float) -> bool:
    """Whether every order that was acknowledged was carried out once, and whoever was not served was told to come again."""
    team, account = service.team(), service.account("openai")
    heard = ordering_through(service, team, account, seconds)
    ends = team.until_over(heard.jobs)
    bought = service.sandbox.bought(account.name)
    service.check_books(team, [account])
    sys.stdout.write(f"Postgres away for {seconds:.0f} s: {heard.statuses[202]} orders acknowledged, ")
    sys.stdout.write(f"{heard.statuses[503]} answers of 503, {heard.other_answers} others, ")
    sys.stdout.write(
        f"{len(heard.jobs) - len(bought.keys() & set(heard.jobs))} lost, {bought.total() - len(bought)} doubled\n"
    )
    return set(ends.values()) == {"succeeded"} and bought == dict.fromkeys(heard.jobs, 1) and not heard.other_answers


def _put_back(service: Service, jobs: int) -> bool:
    """Whether a database that is put back to a dump has found everything again that was bought since."""
    team, accounts = service.team(), [service.account("openai"), service.account("azure")]
    restored = restoring.restore(service, team, accounts, jobs)
    sys.stdout.write(restoring.table(restored))
    service.check_books(team, accounts)
    return not (restored.duplicates or restored.lost)


if __name__ == "__main__":
    sys.exit(main())
