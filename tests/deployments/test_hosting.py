"""What a deployment costs: exactly its hours, each once, whatever dies on the way and however long nobody looks."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from sqlalchemy import select

from shared.db import Duplicate, now
from shared.deployments import hosting
from shared.deployments.queries import get_deployment
from shared.errors import IllegalTransition
from shared.ids import DeploymentId
from tests.deployments.landing import Landing
from tests.support.office import Office

HOUR = 3600
DAY = 24 * HOUR
HOURS = """
SELECT subject, count(*), sum(amount) FROM ledger_transactions t JOIN ledger_entries e ON transaction_id = t.id
WHERE e.account = 'spent' AND e.kind = 'hosting' GROUP BY subject
"""


def test_the_whole_road_on_azure_ends_with_exactly_its_hours(office: Office) -> None:
    connection = office.managed()
    dataset = office.dataset()
    job = office.finish(office.submit(dataset, connection_id=connection, hyperparameters={"n_epochs": 2}))
    (model,) = office.look("/models")["data"]
    landing = Landing(office, connection, model)
    made = landing.deploy()
    assert (made["status"], made["usd_per_hour"], made["hours_charged"]) == ("creating", "1.70", 0)
    assert landing.budget("held_usd") == Decimal("40.80"), "a day's hosting"
    assert landing.ask().json()["error"]["code"] == "not_deployed"
    ready = landing.until_ready(made["id"])
    assert ("deployment.ready", made["id"]) in office.lab.told()
    assert landing.ask().json()["model"] == model["provider_model"]
    asked = landing.look(made["id"])["last_asked_at"]
    office.pass_time(2.5 * HOUR)
    _evaluate(landing, dataset)
    seen = landing.look(made["id"])
    assert seen["last_asked_at"] > asked
    assert (seen["hours_charged"], landing.standing()) == (3, [ready["name"]])
    assert seen["last_asked_at"] > ready["ready_at"]
    gone = landing.remove(made["id"])
    assert (gone["status"], gone["reason_code"], landing.standing()) == ("deleted", "delete_requested", [])
    assert landing.ask().json()["error"]["code"] == "not_deployed"
    assert landing.hosting() == Decimal("5.10") == landing.billed()
    assert landing.budget("held_usd") == 0
    _deploy_a_checkpoint(landing, job["id"])
    landing.check_books()


def _evaluate(landing: Landing, dataset: str) -> None:
    """Asking for an evaluation is a use like any other."""
    order = {"dataset_id": dataset, "candidates": [{"model": landing.model["id"]}], "graders": ["exact_match"]}
    ordered = landing.office.member.post("/v1/evaluations", json=order | {"max_answers": 2})
    assert ordered.status_code == 202, ordered.text
    landing.office.drain()
    assert landing.office.look(f"/evaluations/{ordered.json()['id']}")["status"] == "succeeded"


def _deploy_a_checkpoint(landing: Landing, job_id: str) -> None:
    """One that is not in the registry; and when it is, it is not taken away under its deployment."""
    checkpoint = landing.office.look(f"/jobs/{job_id}/checkpoints")["data"][0]["model"]
    assert ":ckpt-step-" in checkpoint
    made = landing.ready(model=checkpoint)
    assert (made["model"], made["model_id"], made["base_model"]) == (checkpoint, None, landing.model["base_model"])
    assert landing.ask(checkpoint).json()["model"] == checkpoint
    step = landing.office.look(f"/jobs/{job_id}/checkpoints")["data"][0]["step"]
    model = landing.office.member.post(f"/v1/jobs/{job_id}/checkpoints/{step}/register").json()["id"]
    for path in (f"/v1/models/{model}", f"/v1/models/{model}/weights"):
        refused = landing.office.lab.lead.delete(path)
        assert (refused.status_code, refused.json()["deployments"]) == (409, [made["id"]])


def test_an_hour_is_charged_once_by_two_and_a_day_is_caught_up_hour_by_hour(landing: Landing) -> None:
    made = landing.ready()
    landing.office.pass_time(HOUR)

    def charge(_: int) -> bool:
        try:
            with landing.office.lab.transaction() as db:
                # As nobody does it: without a claim, and from a row that the other one is changing.
                deployment = get_deployment(db, DeploymentId(made["id"]))
                hosting.charge_started(db, deployment, db.scalars(select(now())).one(), provisional=False)
        except (IllegalTransition, Duplicate):
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(charge, range(4))) >= 1
    landing.office.drain()
    assert landing.hosting() == Decimal("3.40") == landing.billed()
    landing.office.pass_time(25.5 * HOUR)
    landing.office.drain()
    charged = landing.office.lab.api.sql(HOURS)
    assert {subject for subject, _, _ in charged} == {f"{made['id']}/{hour}" for hour in range(27)}
    assert {(times, int(nanos)) for _, times, nanos in charged} == {(1, 1_700_000_000)}
    assert landing.hosting() == landing.billed()
    assert landing.budget("held_usd") == Decimal("40.80")


def test_without_a_budget_for_a_day_nothing_is_ordered_or_held(landing: Landing) -> None:
    landing.office.lab.budget("40.79")
    refused = landing.order()
    assert (refused.status_code, refused.json()["needed"], refused.json()["left"]) == (402, "40.80", "40.79")
    landing.office.drain()
    assert landing.standing() == []
    assert landing.budget("held_usd") == 0
    assert landing.office.look("/deployments")["data"] == []


def test_when_the_budget_is_gone_it_is_deleted_a_day_later_and_was_paid_for(landing: Landing) -> None:
    landing.office.lab.budget("45")
    made = landing.ready(when_budget_is_gone="delete")
    for _ in range(3):
        landing.office.pass_time(HOUR)
        landing.office.drain()
    warned = landing.look(made["id"])
    assert (warned["status"], warned["delete_at"] is not None) == ("ready", True)
    assert ("budget.exceeded", made["id"]) in landing.office.lab.told()
    landing.office.pass_time(22 * HOUR)
    landing.office.drain()
    assert landing.look(made["id"])["status"] == "ready", "a day is a day"
    landing.office.pass_time(HOUR - 600)
    gone = landing.until(made["id"], "deleted", 6)
    assert gone["reason_code"] == "budget_gone"
    assert landing.hosting() == landing.billed() == Decimal("44.20"), "no more than the budget"
    assert landing.budget("held_usd") == 0


def test_hours_that_nobody_looked_at_are_none_that_it_may_stand_longer(landing: Landing) -> None:
    landing.office.lab.budget("45")
    made = landing.ready(when_budget_is_gone="delete")
    landing.office.pass_time(10 * HOUR)
    landing.office.drain()
    assert landing.look(made["id"])["status"] == "ready"
    landing.office.pass_time(15.5 * HOUR)
    landing.office.drain()
    assert landing.look(made["id"])["status"] == "ready", "26 hours are covered"
    landing.office.pass_time(HOUR / 3)
    gone = landing.until(made["id"], "deleted", 6)
    assert gone["reason_code"] == "budget_gone"
    assert landing.hosting() == landing.billed() == Decimal("44.20"), "no more than the budget"


def test_one_that_is_only_to_warn_goes_on_and_is_charged_beyond_the_budget(landing: Landing) -> None:
    landing.office.lab.budget("41")
    made = landing.ready(when_budget_is_gone="warn")
    landing.office.pass_time(26.5 * HOUR)
    landing.office.drain()
    seen = landing.look(made["id"])
    assert (seen["status"], seen["delete_at"], seen["hours_charged"]) == ("ready", None, 27)
    assert landing.hosting() == landing.billed() == Decimal("45.90"), "the provider is owed it"
    assert landing.budget("left_usd") == 0
    landing.office.lab.budget("200")
    landing.office.pass_time(HOUR)
    landing.office.drain()
    assert landing.budget("held_usd") == Decimal("40.80"), "covered again"


def test_a_developer_deployment_costs_nothing_and_is_gone_after_a_day(landing: Landing) -> None:
    made = landing.ready(sku="DeveloperTier")
    assert (made["usd_per_hour"], made["expires_at"]) == ("0.00", made["delete_at"])
    assert landing.budget("held_usd") == 0
    assert landing.ask().status_code == 200
    landing.office.pass_time(DAY + 60)
    gone = landing.until(made["id"], "deleted")
    assert (gone["reason_code"], gone["hours_charged"]) == ("expired", 24)
    assert landing.hosting() == landing.billed() == 0


def test_regional_capacity_has_prices_of_its_own_and_what_has_none_is_refused(landing: Landing) -> None:
    assert landing.order(sku="DataZoneStandard").json()["code"] == "price_unknown"
    assert landing.order(sku="ProvisionedManaged").json()["code"] == "invalid_request"
    landing.ready(sku="Standard")
    assert landing.ask().status_code == 200
    prices = landing.office.lab.api.sql("SELECT usd_per_million FROM ledger_entries WHERE unit = 'output_token'")
    assert {price for (price,) in prices} == {Decimal("8.8")}
