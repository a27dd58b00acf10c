"""A tuned model on Azure, from its training to the end of its deployment; what each hour of it costs, and that none costs twice."""

from decimal import Decimal

from tests.deployments.landing import Landing

HOUR = 3600
DAY = 24 * HOUR


def test_the_road_on_azure_ends_in_an_answer_and_exactly_its_hours(landing: Landing) -> None:
    made = landing.deploy()
    assert (made["status"], made["usd_per_hour"], made["hours_charged"]) == ("creating", "1.70", 0)
    assert landing.budget("held_usd") == Decimal("40.80"), "a day's hosting"
    assert landing.ask().status_code == 409
    landing.until_ready(made["id"])
    assert landing.ask().json()["model"] == landing.model["provider_model"]
    landing.office.pass_time(2.5 * HOUR)
    landing.office.drain()
    assert landing.look(made["id"])["hours_charged"] == 3
    gone = landing.remove(made["id"])
    assert (gone["status"], gone["reason_code"]) == ("deleted", "delete_requested")
    assert landing.ask().json()["error"]["code"] == "not_deployed"
    assert landing.hosting() == Decimal("5.10") == landing.billed()
    assert landing.budget("held_usd") == 0
    assert landing.standing() == []
