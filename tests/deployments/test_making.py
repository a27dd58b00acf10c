"""A deployment between our worker and Azure's resource manager: made once, whoever dies; nobody else's is touched; a no is a no."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from shared.connections.access import deployer_of
from shared.deployments import recording
from shared.deployments.tables import Deployment
from shared.providers.deploying import DeploymentOrder, Sku
from shared.queue import Task
from tests.deployments.landing import Landing
from tests.support.office import Answer
from tests.support.waiting import until
from worker import heartbeat

SETTLE_SECONDS = 90


def requests(landing: Landing) -> dict[str, int]:
    return dict(landing.office.lab.sandbox.get("/requests", account=landing.office.resource)["requests"])


def fault(landing: Landing, kind: str, operation: str, account: str | None = None, **parameters: Any) -> None:
    body = {"kind": kind, "operation": operation, "account": account or landing.office.resource}
    landing.office.lab.sandbox.post("/faults", body | {"parameters": parameters})


def at_azure(landing: Landing, method: str, name: str, **more: Any) -> Answer:
    """Somebody else's hand on the resource."""
    path = "/arm/subscriptions/sub/resourceGroups/group/providers/Microsoft.CognitiveServices/accounts"
    return landing.office.lab.sandbox.http.request(
        method,
        f"{path}/{landing.office.resource}/deployments/{name}",
        params={"api-version": "2024-10-01"},
        headers={"authorization": "Bearer entra-sandbox-of-somebody"},
        **more,
    )


def by_hand(landing: Landing, name: str, **tags: str) -> None:
    model = {"format": "OpenAI", "name": landing.model["provider_model"], "version": "1"}
    body = {"sku": {"name": "Standard", "capacity": 7}, "tags": tags, "properties": {"model": model}}
    assert at_azure(landing, "PUT", name, json=body).status_code == 201


def test_one_that_was_ordered_by_a_worker_that_died_is_found_and_not_ordered_again(landing: Landing) -> None:
    made = landing.deploy()
    context = landing.office.lab.context
    with context.database.transaction() as db:
        work = recording.take(db)
    assert work is not None
    with context.database.transaction() as db:
        assert recording.record_putting(db, work)
    tag = f"{context.installation}/{landing.office.lab.team_id}/{made['id']}"
    deployer = deployer_of(work.connection, context.vault)
    deployer.put(DeploymentOrder(made["name"], made["model"], Sku.GLOBAL_STANDARD, 50, tag))
    deployer.close()
    landing.office.pass_time(2 * 3600)  # and then nobody was there for a while
    ready = landing.until_ready(made["id"])
    assert (requests(landing)["put_deployment"], landing.standing()) == (1, [made["name"]])
    assert ready["hours_charged"] == 3, "it has stood, and cost, since it was ordered"
    assert landing.hosting() == landing.billed()


def test_an_order_that_arrives_late_is_waited_for_and_taken_away(landing: Landing) -> None:
    gate = held_up(landing, "before_accept")
    fault(landing, "late_accept", "put_deployment", seconds=0)
    made = landing.deploy()
    landing.office.step(Task.TEND_DEPLOYMENTS)
    landing.office.lab.lead.delete(f"/v1/deployments/{made['id']}")
    landing.office.drain()
    assert landing.look(made["id"])["status"] == "deleting", "its order may still be under way"
    go_on(landing, gate)
    landing.until(made["id"], "deleted", 6)
    assert landing.standing() == []
    assert landing.hosting() == 0


def test_what_a_stopped_worker_orders_after_the_end_is_taken_away_by_itself(landing: Landing) -> None:
    gate = held_up(landing, "received")
    made = landing.deploy()
    with ThreadPoolExecutor(1) as pool:
        stopped = pool.submit(landing.office.step, Task.TEND_DEPLOYMENTS)
        until(lambda: landing.office.lab.sandbox.get("/gates")["waiting"])
        landing.office.lab.lead.delete(f"/v1/deployments/{made['id']}")
        landing.office.pass_time(SETTLE_SECONDS)
        landing.until(made["id"], "deleted", 6)
        go_on(landing, gate)
        assert stopped.result(20)
    assert requests(landing)["put_deployment"] == 1
    assert landing.standing() == []
    assert landing.look(made["id"])["status"] == "deleted"


def test_a_claim_is_kept_for_as_long_as_azure_takes_to_answer(
    landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "EVERY_SECONDS", 0.05)
    gate = held_up(landing, "received")
    made = landing.deploy()
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(landing.office.step, Task.TEND_DEPLOYMENTS)
        try:
            until(lambda: landing.office.lab.sandbox.get("/gates")["waiting"])
            claimed = claimed_until(landing)
            until(lambda: claimed_until(landing) > claimed, seconds=5)
        finally:
            go_on(landing, gate)
        assert slow.result(20)
    landing.until_ready(made["id"])
    assert requests(landing)["put_deployment"] == 1
    with (
        pytest.raises(TypeError, match=made["id"]),
        heartbeat.kept(landing.office.lab.context.database, Deployment, made["id"], "token"),
    ):
        pass


def claimed_until(landing: Landing) -> datetime:
    ((moment,),) = landing.office.lab.api.sql("SELECT claimed_until FROM deployments")
    assert isinstance(moment, datetime)
    return moment


def held_up(landing: Landing, point: str) -> str:
    """From now on orders wait at the sandbox. Gives the gate."""
    asked = {"operation": "put_deployment", "point": point, "account": landing.office.resource}
    return str(landing.office.lab.sandbox.post("/gates", asked)["id"])


def go_on(landing: Landing, gate: str) -> None:
    landing.office.lab.sandbox.post(f"/gates/{gate}/release", {})


def test_a_busy_resource_and_one_that_answers_by_silence_are_asked_again_and_made_once(landing: Landing) -> None:
    fault(landing, "request_conflict", "put_deployment")
    fault(landing, "accept_then_drop", "put_deployment")
    made = landing.deploy()
    landing.office.drain()
    assert landing.look(made["id"])["reason_code"] == "provider_throttled"
    landing.until_ready(made["id"])
    assert (requests(landing)["put_deployment"], len(landing.standing())) == (2, 1)
    given = landing.office.lab.sandbox.get("/requests", account=landing.office.tenant)["requests"]
    assert given == {"token": 1}, "for many questions"


REFUSED = {"error": {"code": "AuthorizationFailed", "message": "The client does not have authorization."}}


def test_what_azure_does_not_make_costs_nothing_and_says_why(landing: Landing) -> None:
    account = f"/accounts/{landing.office.resource}"
    sandbox = landing.office.lab.sandbox
    sandbox.post(account, {"deployment_capacity": 49})
    refused = landing.deploy()
    assert landing.until(refused["id"], "failed", 60)["reason_code"] == "InsufficientQuota"
    sandbox.post(account, {"deployment_capacity": 1000, "deployments_fail": True})
    broken = landing.deploy()
    assert landing.until(broken["id"], "failed", 60)["reason_code"] == "provider_failed"
    fault(landing, "status", "put_deployment", status=403, body=REFUSED)
    forbidden = landing.deploy()
    assert landing.until(forbidden["id"], "failed", 60)["reason_code"] == "AuthorizationFailed"
    assert landing.hosting() == landing.budget("held_usd") == 0
    assert landing.standing() == []
    assert landing.office.lab.told().count(("deployment.failed", broken["id"])) == 1


def test_somebody_elses_deployment_is_neither_taken_over_nor_deleted(landing: Landing) -> None:
    by_hand(landing, "shared-name")
    made = landing.deploy(name="shared-name")
    failed = landing.until(made["id"], "failed")
    assert failed["reason_code"] == "name_taken"
    assert at_azure(landing, "GET", "shared-name").json()["sku"]["capacity"] == 7
    assert landing.hosting() == 0
    made = landing.ready()
    assert at_azure(landing, "DELETE", made["name"]).status_code == 200
    by_hand(landing, made["name"], tunewright="another/team/dep")
    landing.office.pass_time(300)
    gone = landing.until(made["id"], "deleted")
    assert gone["reason_code"] == "gone_at_provider"
    assert set(landing.standing()) == {"shared-name", made["name"]}, "replaced by hand: no longer ours"


def test_one_answer_does_not_end_it_and_hours_that_nobody_saw_are_marked(landing: Landing) -> None:
    made = landing.ready()
    fault(landing, "not_found_once", "get_deployment")
    landing.office.pass_time(300)
    landing.office.drain()
    assert landing.look(made["id"])["status"] == "ready"
    assert requests(landing)["list_deployments"] >= 1
    fault(landing, "status", "get_deployment", status=503)
    landing.office.pass_time(3600)
    landing.office.drain()
    assert landing.look(made["id"])["hours_charged"] == 2
    marked = landing.office.lab.api.sql(
        "SELECT provisional FROM ledger_entries WHERE account = 'spent' AND kind = 'hosting' ORDER BY id"
    )
    assert marked == [(False,), (True,)]
    landing.until_ready(made["id"])


@pytest.mark.parametrize(("state", "code"), [("Failed", "provider_failed"), ("Deleting", "gone_at_provider")])
def test_one_that_has_broken_or_is_going_is_asked_no_more(landing: Landing, state: str, code: str) -> None:
    made = landing.ready()
    shown = at_azure(landing, "GET", made["name"]).json()
    shown["properties"]["provisioningState"] = state
    fault(landing, "status", "get_deployment", status=200, body=shown)
    landing.office.pass_time(300)
    landing.office.step(Task.TEND_DEPLOYMENTS)
    seen = landing.look(made["id"])
    assert (seen["status"], seen["reason_code"]) == ("deleting", code)
    assert landing.ask().json()["error"]["code"] == "not_deployed"
    gone = landing.until(made["id"], "deleted", 6)
    assert (gone["reason_code"], landing.standing()) == (code, [])
    assert ("deployment.deleted", made["id"]) in landing.office.lab.told()
    assert landing.hosting() == landing.billed() == Decimal("1.70")


def test_after_days_of_silence_it_is_asked_again_as_before(landing: Landing) -> None:
    made = landing.ready()
    landing.office.lab.api.sql("UPDATE deployments SET attempts = 1100, due_at = tw_now()")
    fault(landing, "status", "get_deployment", status=503)
    landing.office.drain()
    assert landing.office.lab.api.sql(
        "SELECT attempts, due_at - tw_now() BETWEEN interval '4 minutes' AND interval '5 minutes' FROM deployments"
    ) == [(1101, True)]
    landing.office.pass_time(300)
    landing.office.drain()
    assert landing.office.lab.api.sql("SELECT attempts FROM deployments") == [(0,)]
    assert landing.look(made["id"])["status"] == "ready"


def test_one_is_deleted_while_it_is_being_made(landing: Landing) -> None:
    made = landing.deploy()
    landing.office.drain()
    assert len(landing.standing()) == 1
    landing.remove(made["id"])
    assert landing.standing() == []
    assert landing.hosting() == landing.budget("held_usd") == 0
