"""When Azure, or the authority, says no: what it may mean for an order that went unanswered, and who asks again."""

from decimal import Decimal

from shared.queue import Task
from tests.deployments.landing import Landing
from tests.deployments.test_making import REFUSED, fault, go_on, held_up, requests
from tests.support.waiting import until


def lose_an_order(landing: Landing, times_refused: int) -> tuple[str, str]:
    """The order gets no answer and is under way still; when it is repeated, the answer is no. Gives the gate that holds it up."""
    gate = held_up(landing, "before_accept")
    fault(landing, "late_accept", "put_deployment", seconds=0)
    made = landing.deploy()
    landing.office.step(Task.TEND_DEPLOYMENTS)
    for _ in range(times_refused):
        fault(landing, "status", "put_deployment", status=403, body=REFUSED)
    landing.office.pass_time(10)
    landing.office.drain()
    seen = landing.look(made["id"])
    assert (seen["status"], seen["reason_code"]) == ("creating", "AuthorizationFailed")
    assert landing.budget("held_usd") == Decimal("40.80")
    return made["id"], gate


def test_an_order_that_arrives_after_its_repetition_was_refused_is_found(landing: Landing) -> None:
    made, gate = lose_an_order(landing, times_refused=1)
    go_on(landing, gate)
    until(landing.standing)
    landing.until_ready(made)
    assert requests(landing)["put_deployment"] == 2
    assert landing.hosting() == landing.billed() > 0


def test_an_order_that_nobody_answered_and_that_is_refused_again_fails_when_it_can_no_longer_come(
    landing: Landing,
) -> None:
    made, gate = lose_an_order(landing, times_refused=10)
    failed = landing.until(made, "failed", 30)
    assert failed["reason_code"] == "AuthorizationFailed"
    assert requests(landing)["put_deployment"] == 5, "for as long as the first may come"
    assert landing.hosting() == landing.budget("held_usd") == 0
    go_on(landing, gate)


def test_a_refused_application_makes_it_wait_for_another_secret(landing: Landing) -> None:
    path = f"/v1/connections/{landing.connection}"
    admin = landing.office.lab.api.admin
    assert admin.patch(path, json={"entra": landing.office.entra("secret-that-is-wrong")}).status_code == 200
    made = landing.deploy()
    landing.office.drain()
    waiting = landing.look(made["id"])
    assert (waiting["status"], waiting["reason_code"]) == ("creating", "credential_refused")
    assert "put_deployment" not in requests(landing)
    admin.patch(path, json={"entra": landing.office.entra()})
    landing.until(made["id"], "ready", 300)


def test_one_deployment_tries_a_refused_application_for_all_of_its_resource(landing: Landing) -> None:
    made = [landing.ready()["id"] for _ in range(3)]
    path = f"/v1/connections/{landing.connection}"
    admin, before = landing.office.lab.api.admin, tokens_asked(landing)
    assert admin.patch(path, json={"entra": landing.office.entra("secret-that-is-wrong")}).status_code == 200
    landing.office.pass_time(3600)
    landing.office.drain()
    assert [landing.look(one)["hours_charged"] for one in made] == [2, 2, 2]
    assert tokens_asked(landing) == before + 1
    landing.office.pass_time(290)
    landing.office.drain()
    assert tokens_asked(landing) == before + 1
    landing.office.pass_time(20)
    landing.office.drain()
    assert tokens_asked(landing) == before + 2
    admin.patch(path, json={"entra": landing.office.entra()})
    landing.office.pass_time(300)
    landing.office.drain()
    assert landing.office.lab.api.sql("SELECT attempts FROM deployments") == [(0,)] * 3


def tokens_asked(landing: Landing) -> int:
    return int(landing.office.lab.sandbox.get("/requests", account=landing.office.tenant)["requests"]["token"])
