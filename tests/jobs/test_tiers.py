"""Where Azure trains decides the price: what is ordered, held, told, sent, billed and charged is one tier."""

from decimal import Decimal
from typing import Any

import pytest

from tests.support.office import MODEL, Office


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize(("tier", "price"), [(None, "2"), ("developer", "1")])
def test_a_job_is_trained_and_charged_at_its_tier(office: Office, tier: str | None, price: str) -> None:
    connection = office.azure()
    more = {} if tier is None else {"tier": tier}
    job = office.finish(office.submit(office.dataset(), connection_id=connection, **more))
    (bill,) = office.bought(office.resource)
    assert (job["status"], job["tier"], bill["tier"]) == ("succeeded", tier or "global", tier or "global")
    charged = Decimal(price) * job["billed_tokens"] / 10**6
    assert Decimal(office.look("/spend")["total"]) == charged == Decimal(bill["amount_usd"])
    (model,) = office.look("/models")["data"]
    assert office.look(f"/models/{model['id']}/lineage")["lineage"]["tier"] == job["tier"]


def test_estimates_are_for_a_tier_and_the_catalogue_has_all_prices(office: Office) -> None:
    openai, azure = office.openai(), office.azure()
    at = {"connection_id": azure, "model": MODEL, "n_epochs": 3}
    choices = [
        at,
        at | {"tier": "developer"},
        at | {"tier": "standard"},
        at | {"connection_id": openai, "tier": "global"},
    ]
    asked = {"dataset_id": office.dataset(), "choices": choices}
    usual, developer, standard, foreign = office.member.post("/v1/estimates", json=asked).json()["data"]
    assert (usual["tier"], developer["tier"]) == ("global", "developer")
    assert Decimal(usual["expected"]) == 2 * Decimal(developer["expected"]) > 0
    assert (standard["refused"]["code"], standard["tier"]) == ("price_unknown", "standard")
    assert foreign["refused"]["code"] == "invalid_request"
    offers = {one["connection_id"]: one for one in office.look("/catalogue")["data"] if one["model"] == MODEL}
    assert offers[azure]["usd_per_million_by_tier"] == {"global": "2", "standard": None, "developer": "1"}
    assert (offers[openai]["tier"], offers[openai]["usd_per_million_by_tier"]) == (None, {})


def test_a_tier_that_is_not_to_be_had_is_refused_where_it_is_named(office: Office) -> None:
    openai, azure, dataset = office.openai(), office.azure(), office.dataset()
    refused = office.order(dataset, connection_id=openai, tier="global")
    assert (refusal(refused), refused.json()["errors"][0]["pointer"]) == ((422, "invalid_request"), "/tier")
    assert refusal(office.order(dataset, connection_id=azure, tier="standard")) == (422, "price_unknown")
    assert refusal(office.order(dataset, connection_id=azure, tier="premium")) == (422, "invalid_request")
    assert office.order(dataset, tier="developer").json()["connection_id"] == azure, "the only one that has it"


def test_an_api_that_cannot_be_told_a_tier_trains_in_the_region(office: Office) -> None:
    connection, dataset = office.azure(api_version="2024-10-21"), office.dataset()
    assert refusal(office.order(dataset, connection_id=connection)) == (422, "price_unknown")
    assert refusal(office.order(dataset, connection_id=connection, tier="global")) == (422, "invalid_request")
