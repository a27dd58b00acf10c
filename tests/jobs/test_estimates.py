"""What training would cost: the rule to the nano-dollar, and a refusal instead of a guess."""

from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Any

import pytest

from shared.connections.catalogue import catalogue
from shared.spend.prices import Tier, price_of
from shared.spend.tables import Unit
from tests.support.laboratory import jsonl
from tests.support.office import HELD_OUT, MODEL, Office

NO_CONNECTION = "conn_01h455vb4pex5vsknk084sn02q"


def estimate(office: Office, dataset_id: str, *choices: dict[str, Any]) -> list[dict[str, Any]]:
    body = {"dataset_id": dataset_id, "choices": [{"model": MODEL} | choice for choice in choices]}
    answer = office.member.post("/v1/estimates", json=body)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["data"])


def tokens(office: Office, dataset_id: str) -> int:
    return int(office.look(f"/datasets/{dataset_id}/report")["tokens"]["o200k_base"]["total"])


def in_thousands(n_tokens: Decimal) -> Decimal:
    """As Azure bills: to the nearest thousand, and never nothing."""
    return max(Decimal(1000), Decimal((int(n_tokens) + 500) // 1000 * 1000))


@pytest.mark.parametrize("n_epochs", [1, 3, 50])
def test_it_is_tokens_times_epochs_times_price_give_or_take_a_twentieth(office: Office, n_epochs: int) -> None:
    connection, dataset_id = office.openai(), office.dataset()
    (found,) = estimate(office, dataset_id, {"connection_id": connection, "n_epochs": n_epochs})
    billed = Decimal(tokens(office, dataset_id) * n_epochs)
    price = Decimal(found["usd_per_million"]) / 10**6
    assert found["billed_tokens"] == billed
    assert Decimal(found["expected"]) == billed * price
    for end, share in (("low", "0.95"), ("high", "1.05")):
        assert Decimal(found[end]) == (billed * Decimal(share)).to_integral_value(ROUND_CEILING) * price
    assert (found["n_epochs"], found["epochs_are_automatic"]) == (n_epochs, False)
    assert f"{tokens(office, dataset_id):,} tokens × {n_epochs} epochs (as asked for)" in found["rests_on"]


def test_azure_is_estimated_as_it_bills(office: Office) -> None:
    connection, dataset_id = office.azure(), office.dataset()
    for n_epochs in (1, 2, 7):
        (found,) = estimate(office, dataset_id, {"connection_id": connection, "n_epochs": n_epochs})
        billed = in_thousands(Decimal(tokens(office, dataset_id) * n_epochs))
        assert found["billed_tokens"] == billed
        assert Decimal(found["expected"]) == billed * Decimal(found["usd_per_million"]) / 10**6


@pytest.mark.parametrize(("examples", "n_epochs"), [(10, 10), (20, 5), (29, 3), (34, 3)])
def test_without_a_number_of_epochs_it_is_the_providers_own(office: Office, examples: int, n_epochs: int) -> None:
    connection = office.openai()
    rows = [HELD_OUT[place % len(HELD_OUT)] for place in range(examples)]
    (found,) = estimate(office, office.dataset(rows), {"connection_id": connection})
    assert (found["n_epochs"], found["epochs_are_automatic"]) == (n_epochs, True)


def test_the_cheapest_is_marked_and_the_order_is_the_callers(office: Office) -> None:
    openai, azure = office.openai(), office.azure()
    choices = [
        {"connection_id": openai, "model": "gpt-4.1-mini-2025-04-14"},
        {"connection_id": azure},
        {"connection_id": openai},
        {"connection_id": NO_CONNECTION},
        {"connection_id": azure},
    ]
    found = estimate(office, office.dataset(), *choices)
    assert [one["connection_id"] for one in found] == [choice["connection_id"] for choice in choices]
    lowest = min(Decimal(one["expected"]) for one in found if one["expected"] is not None)
    assert [one["cheapest"] for one in found] == [
        one["expected"] is not None and Decimal(one["expected"]) == lowest for one in found
    ]
    assert [one["cheapest"] for one in found].count(True) == 2, "both of those that cost the least"


def test_no_price_is_a_refusal_and_never_nothing(office: Office) -> None:
    connection, dataset_id = office.azure(), office.dataset()
    (found,) = estimate(office, dataset_id, {"connection_id": connection, "model": "gpt-4o-2024-08-06"})
    assert (found["expected"], found["high"], found["refused"]["code"]) == (None, None, "price_unknown")
    order = office.order(dataset_id, connection_id=connection, model="gpt-4o-2024-08-06")
    assert (order.status_code, order.json()["code"]) == (422, "price_unknown")


def test_each_choice_is_refused_for_its_own_reason(office: Office) -> None:
    connection, dataset_id = office.openai(), office.dataset()
    choices = [{"connection_id": NO_CONNECTION}, {"connection_id": connection, "model": "gpt-9"}]
    found = estimate(office, dataset_id, *choices, {"connection_id": connection})
    assert [one["refused"] and one["refused"]["code"] for one in found] == ["not_found", "model_not_trainable", None]


def test_a_dataset_that_cannot_be_trained_on_has_no_estimate(office: Office) -> None:
    connection = office.openai()
    fresh = office.upload(jsonl(HELD_OUT)).json()["id"]
    (found,) = estimate(office, fresh, {"connection_id": connection})
    assert found["refused"]["code"] == "dataset_not_ready"
    faulty = office.dataset([*HELD_OUT, {}])
    (found,) = estimate(office, faulty, {"connection_id": connection})
    assert found["refused"]["code"] == "dataset_rejected"


def test_another_teams_dataset_is_not_there(office: Office) -> None:
    connection, dataset_id = office.openai(), office.dataset()
    sales = office.lab.api.member(office.lab.api.team("sales")["id"])
    body = {"dataset_id": dataset_id, "choices": [{"connection_id": connection, "model": MODEL}]}
    foreign = sales.post("/v1/estimates", json=body)
    missing = sales.post("/v1/estimates", json=body | {"dataset_id": "ds_01h455vb4pex5vsknk084sn02q"})
    assert (foreign.status_code, foreign.content) == (404, missing.content)


def test_estimating_holds_nothing_and_asks_nobody(office: Office) -> None:
    connection, dataset_id = office.openai(), office.dataset()
    before = office.lab.sandbox.get("/requests", account=office.lab.account)
    estimate(office, dataset_id, {"connection_id": connection})
    assert office.lab.sandbox.get("/requests", account=office.lab.account) == before
    assert office.lab.held() == 0


def test_a_number_of_epochs_that_makes_no_sense_is_refused(office: Office) -> None:
    for n_epochs in (0, 51, "3", True, 1.5):
        choice = {"connection_id": NO_CONNECTION, "model": MODEL, "n_epochs": n_epochs}
        body = {"dataset_id": "ds_01h455vb4pex5vsknk084sn02q", "choices": [choice]}
        answer = office.member.post("/v1/estimates", json=body)
        assert answer.json()["errors"][0]["pointer"] == "/choices/0/n_epochs"


def test_the_catalogue_lists_what_can_be_trained_with_its_price_and_its_end(office: Office) -> None:
    connection = office.openai()
    offered = {one["model"]: one for one in office.look("/catalogue")["data"]}
    for model, offer in offered.items():
        assert (offer["connection_id"], offer["provider"]) == (connection, "openai")
        if offer["method"] == "reinforcement":  # it is billed by time
            assert (offer["usd_per_million_training_tokens"], offer["usd_per_training_hour"]) == (None, "100")
            continue
        price = price_of("openai", model, Tier.TUNED, Unit.TRAINED, date(2026, 11, 20)).usd_per_million
        assert Decimal(offer["usd_per_million_training_tokens"]) == price
        assert ("openai", model) in catalogue()
    assert MODEL in offered


def test_a_model_that_was_shut_down_is_offered_no_more(office: Office) -> None:
    connection, dataset_id = office.openai(), office.dataset()
    stops = date.fromisoformat({one["model"]: one for one in office.look("/catalogue")["data"]}[MODEL]["shutdown_date"])
    ((today,),) = office.lab.api.sql("SELECT tw_now()::date")
    for days, refusal in (((stops - today).days - 1, None), ((stops - today).days + 1, "model_not_trainable")):
        office.lab.pass_time(f"{days} days")
        (found,) = estimate(office, dataset_id, {"connection_id": connection})
        assert (found["refused"] and found["refused"]["code"]) == refusal
        assert (MODEL in [one["model"] for one in office.look("/catalogue")["data"]]) == (refusal is None)
