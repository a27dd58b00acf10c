"""Many at once, over sockets, against two API processes."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

import httpx2

from shared.money import Usd
from tests.drills.service import MODEL, Account, Service, Team

T = TypeVar("T")


def at_once(ask: Callable[[int], T], n: int) -> list[T]:
    """`n` threads that start together."""
    start = Barrier(n)

    def wait_and_ask(number: int) -> T:
        start.wait()
        return ask(number)

    with ThreadPoolExecutor(n) as pool:
        return list(pool.map(wait_and_ask, range(n)))


def order(dataset_id: str, account: Account) -> dict[str, Any]:
    return {"dataset_id": dataset_id, "connection_id": account.connection_id, "model": MODEL}


def post_patiently(url: str, key: str, body: dict[str, Any], **headers: str) -> httpx2.Response:
    """A busy service says 503 and has changed nothing: asked again."""
    with httpx2.Client(trust_env=False, timeout=60) as http:
        while True:
            given = {"Authorization": f"Bearer {key}", **headers}
            answer = http.post(f"{url}/v1/jobs", json=body, headers=given)
            if answer.status_code != 503:
                return answer


def in_turn(urls: Sequence[str], number: int) -> str:
    return urls[number % len(urls)]


def budget(service: Service, team: Team) -> dict[str, Any]:
    return dict(service.admin.must("GET", f"/v1/teams/{team.id}/budget"))


def test_sixty_four_submissions_at_two_apis_on_a_budget_for_ten_admit_ten(service: Service, team: Team) -> None:
    account = service.account("openai")
    gate = service.sandbox.gate(account.name, "upload_file", "received")
    body = order(service.dataset(team), account)
    first = post_patiently(service.stack.url, str(team.client.key), body)
    each = Usd.parse(first.json()["held"])
    limit = {"monthly_limit_usd": str(Usd(each.nanos * 10))}
    service.admin.must("PUT", f"/v1/teams/{team.id}/budget", limit)
    team.client.must("POST", f"/v1/jobs/{first.json()['id']}/cancel")
    service.sandbox.release(gate)
    team.until_over([first.json()["id"]])
    gate = service.sandbox.gate(account.name, "upload_file", "received")
    assert Usd.parse(budget(service, team)["held_usd"]) == Usd(0)

    key = str(team.client.key)
    answers = at_once(lambda n: post_patiently(in_turn(service.stack.urls, n), key, body), 64)

    assert Counter(answer.status_code for answer in answers) == {202: 10, 402: 54}
    for answer in answers:
        if answer.status_code == 402:
            problem = answer.json()
            assert problem["code"] == "budget_exceeded"
            assert Usd.parse(problem["needed"]) == each
            assert Usd.parse(problem["left"]) < each
    holds = service.sql("SELECT amount FROM holds WHERE team_id = %s AND status = 'pending'", team.id)
    assert holds == [(each.nanos,)] * 10
    assert Usd.parse(budget(service, team)["left_usd"]) == Usd(0)
    service.sandbox.release(gate)
    admitted = [answer.json()["id"] for answer in answers if answer.status_code == 202]
    assert set(team.until_over(admitted).values()) == {"succeeded"}
    assert sum(service.sandbox.bought(account.name).values()) == 10
    service.check_books(team, [account])


def test_a_hundred_posts_with_one_idempotency_key_are_one_job(service: Service, team: Team) -> None:
    account = service.account("openai")
    body, key = order(service.dataset(team), account), str(team.client.key)

    answers = at_once(
        lambda n: post_patiently(in_turn(service.stack.urls, n), key, body, **{"Idempotency-Key": "nightly"}), 100
    )

    taken = [answer for answer in answers if answer.status_code == 202]
    assert {answer.json()["code"] for answer in answers if answer.status_code != 202} <= {"idempotency_in_progress"}
    assert len({answer.content for answer in taken}) == 1
    assert service.sql("SELECT count(*) FROM jobs WHERE team_id = %s", team.id) == [(1,)]
    assert service.sql("SELECT count(*) FROM holds WHERE team_id = %s", team.id) == [(1,)]
    job_id = json.loads(taken[0].content)["id"]
    assert team.until_over([job_id]) == {job_id: "succeeded"}
    assert service.sandbox.bought(account.name) == {job_id: 1}
    service.check_books(team, [account])
