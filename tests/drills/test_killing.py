"""A worker may die at any moment of a submission: nothing is bought twice, and nothing is lost."""

import sys

import pytest

from tests.drills.killing import Field, account_for, table, until_hit
from tests.drills.points import Point
from tests.drills.service import Service, Team

KILLS = 10


@pytest.mark.timeout(480)
def test_workers_killed_at_every_point_buy_everything_once(
    service: Service, team: Team, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts = [service.account("openai"), service.account("azure")]
    field = Field(service, team, service.dataset(team), accounts)

    landed = list(until_hit(field, KILLS, [Service.kill_children, Service.kill_workers]))
    rows = account_for(field, landed)

    with capsys.disabled():
        sys.stdout.write(table(rows))
    assert {row.point for row in rows if row.kills >= KILLS} == set(Point)
    assert [(row.duplicates, row.lost) for row in rows] == [(0, 0)] * len(Point)
    service.check_books(team, accounts)
