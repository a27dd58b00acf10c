"""`make drill`: workers killed many more times than the tests have time for, a database put back to a dump, and the tables of what
became of it.

python -m tests.drills --kills 50 --restored 100       kills at each point, at least; jobs whose record is put back
"""

import argparse
import sys

from tests.drills import restoring
from tests.drills.killing import Field, Landed, Row, account_for, table, until_hit
from tests.drills.service import Service, running


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.drills", description=__doc__)
    parser.add_argument("--kills", type=int, default=50, help="at each point, at least")
    parser.add_argument("--restored", type=int, default=100, help="jobs whose record is put back to a dump")
    given = parser.parse_args()
    wanted: int = given.kills
    with running() as service:
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
        restored = restoring.restore(service, team, accounts, given.restored)
        sys.stdout.write(restoring.table(restored))
        service.check_books(team, accounts)
    return 1 if any(map(_is_bad, rows)) or restored.duplicates or restored.lost else 0


def _is_bad(row: Row) -> bool:
    return bool(row.duplicates or row.lost)


if __name__ == "__main__":
    sys.exit(main())
