"""Postgres is the truth: while it is away nothing is promised, and nothing that was promised is lost."""

from tests.drills.absence import ordering_through
from tests.drills.service import Service, Team


def test_what_was_acknowledged_outlives_killed_sessions_and_a_killed_server(service: Service, team: Team) -> None:
    account = service.account("openai")
    before = service.stack.supervisor.pids

    heard = ordering_through(service, team, account, seconds_away=4)

    assert heard.statuses[503]
    assert heard.other_answers == 0
    assert set(team.until_over(heard.jobs).values()) == {"succeeded"}
    # An order that was answered by 503 and asked again is one order.
    assert service.sql("SELECT count(*) FROM jobs WHERE team_id = %s", team.id) == [(len(heard.jobs),)]
    assert service.sandbox.bought(account.name) == dict.fromkeys(heard.jobs, 1)
    after = service.stack.supervisor.pids
    assert {name for name in before if before[name] != after[name]} == {"postgres"}
    service.check_books(team, [account])
