"""`make drill`: workers killed many more times than the tests have time for, and the table of what became of it.

python -m tests.drills --kills 50       at least so many at each point
"""

import argparse
import sys

from tests.drills.killing import Field, Landed, Row, account_for, table, until_hit
from tests.drills.service import Service, running


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.drills", description=__doc__)
    parser.add_argument("--kills", type=int, default=50, help="at each point, at least")
    wanted = parser.parse_args().kills
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
    return 1 if any(map(_is_bad, rows)) else 0


def _is_bad(row: Row) -> bool:
    return bool(row.duplicates or row.lost)


if __name__ == "__main__":
    sys.exit(main())
