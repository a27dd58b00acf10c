"""Redis may be emptied or die at any moment: rows are the queue."""

import time

from tests.drills.service import Service, Team, submit

IN_FLIGHT = 20


def test_emptying_redis_again_and_again_loses_nothing(service: Service, team: Team) -> None:
    accounts = [service.account("openai"), service.account("azure")]
    dataset_id = service.dataset(team)
    for account in accounts:  # an order that is taken and never answered: known by looking, after half a minute
        service.sandbox.fault(account.name, "create_job", "accept_then_status", answer="hang")
    jobs = []
    for number in range(IN_FLIGHT):
        jobs.append(submit(team, dataset_id, accounts[number % 2]))
        service.stack.flush_doorbell()
    while not set(team.statuses(jobs).values()) <= {"succeeded", "submitting"}:
        service.stack.flush_doorbell()
        time.sleep(0.2)

    assert set(team.until_over(jobs).values()) == {"succeeded"}
    bought = [times for account in accounts for times in service.sandbox.bought(account.name).values()]
    assert bought == [1] * IN_FLIGHT
    service.check_books(team, accounts)


def test_jobs_go_on_when_redis_was_killed_and_is_back(service: Service, team: Team) -> None:
    account = service.account("openai")
    dataset_id = service.dataset(team)
    before = [submit(team, dataset_id, account) for _ in range(5)]
    service.stack.supervisor["valkey"].kill()
    while_away = [submit(team, dataset_id, account) for _ in range(5)]
    service.stack.supervisor["valkey"].start()

    assert set(team.until_over([*before, *while_away]).values()) == {"succeeded"}
    assert sorted(service.sandbox.bought(account.name).values()) == [1] * 10
    service.check_books(team, [account])
