"""A worker may die at any moment of a submission: nothing is bought twice, and nothing is lost."""

import pytest

from tests.drills.killing import account_for, kill_at, table
from tests.drills.points import CROWD, Point
from tests.drills.service import Service, Team

ROUNDS = -(-10 // CROWD)


@pytest.mark.timeout(240)
def test_workers_killed_at_every_point_buy_everything_once(
    service: Service, team: Team, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts = [service.account("openai"), service.account("azure")]

    landed = [kill_at(service, point, team, accounts) for _ in range(ROUNDS) for point in Point]
    rows = account_for(service, team, accounts, landed)

    with capsys.disabled():
        print(table(rows))
    assert {row.point for row in rows if row.kills >= 10} == set(Point)
    assert [(row.duplicates, row.lost) for row in rows] == [(0, 0)] * len(Point)
    service.check_books(team, accounts)
