"""Methods of training: what each is ordered with, what reaches the provider, and what is refused before anything is held."""

from decimal import Decimal
from typing import Any

import pytest

from tests.support.laboratory import Row
from tests.support.office import HELD_OUT, MODEL, Office


def preference(chat: Row) -> Row:
    *asked, answer = chat["messages"]
    worse = {"role": "assistant", "content": "That is not for me to say."}
    return {"input": {"messages": asked}, "preferred_output": [answer], "non_preferred_output": [worse]}


PREFERENCES = [preference(row) for row in HELD_OUT]


def account(office: Office, provider: str) -> str:
    return office.lab.account if provider == "openai" else office.resource


@pytest.mark.parametrize(("provider", "more"), [("openai", {}), ("azure", {"l2_multiplier": 0.2})])
def test_preferences_train_a_model_within_their_estimate(office: Office, provider: str, more: dict[str, float]) -> None:
    connection = office.openai() if provider == "openai" else office.azure()
    chosen = {"n_epochs": 2, "batch_size": 4, "beta": 0.3, **more}
    dataset = office.dataset(PREFERENCES)
    job = office.finish(
        office.submit(dataset, connection_id=connection, method="dpo", hyperparameters=chosen, model=MODEL)
    )
    (bill,) = office.bought(account(office, provider))
    assert (job["status"], bill["method"], bill["hyperparameters"]) == ("succeeded", "dpo", chosen)
    spent = Decimal(office.look("/spend")["total"])
    assert spent == Decimal(bill["amount_usd"])
    assert Decimal(job["estimate"]["low_usd"]) <= spent <= Decimal(job["estimate"]["high_usd"])
    (model,) = office.look("/models")["data"]
    lineage = office.look(f"/models/{model['id']}/lineage")["lineage"]
    assert (lineage["method"], lineage["hyperparameters"]) == ("dpo", chosen)


def test_the_estimate_of_preferences_reaches_up_to_prompts_that_are_billed_twice(office: Office) -> None:
    connection, dataset = office.openai(), office.dataset(PREFERENCES)
    choice = {"connection_id": connection, "model": MODEL, "method": "dpo", "n_epochs": 1}
    answer = office.member.post("/v1/estimates", json={"dataset_id": dataset, "choices": [choice]})
    (found,) = answer.json()["data"]
    report = office.look(f"/datasets/{dataset}/report")
    tokens = report["tokens"]["o200k_base"]
    assert found["billed_tokens"] == tokens["total"]
    price = Decimal(found["usd_per_million"]) / 10**6
    assert Decimal(found["high"]) >= price * tokens["total_at_most"] > price * tokens["total"]
    assert "if prompts are billed with each answer" in found["rests_on"]
    assert {(one["method"], one["refused"]) for one in report["costs"]} == {("dpo", None)}


def test_a_method_takes_the_shape_that_it_learns_from(office: Office) -> None:
    connection = office.openai()
    chats, preferences = office.dataset(), office.dataset(PREFERENCES, "preferences")
    for dataset, method in ((chats, "dpo"), (preferences, "supervised")):
        refused = office.order(dataset, connection_id=connection, method=method)
        assert (refused.status_code, refused.json()["code"]) == (422, "dataset_rejected")
    assert office.lab.held() == 0


@pytest.mark.parametrize(
    ("provider", "method", "name"),
    [
        ("openai", "supervised", "beta"),
        ("openai", "dpo", "l2_multiplier"),
        ("openai", "supervised", "prompt_loss_weight"),
        ("azure", "supervised", "l2_multiplier"),
        ("azure", "dpo", "prompt_loss_weight"),
    ],
)
def test_a_hyperparameter_of_another_method_or_provider_is_named(
    office: Office, provider: str, method: str, name: str
) -> None:
    connection = office.openai() if provider == "openai" else office.azure()
    dataset = office.dataset(HELD_OUT if method == "supervised" else PREFERENCES)
    refused = office.order(dataset, connection_id=connection, method=method, hyperparameters={name: 0.5})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, f"/hyperparameters/{name}")
    assert office.lab.held() == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [("beta", 0), ("beta", 2.01), ("l2_multiplier", 0), ("prompt_loss_weight", 1.1), ("batch_size", 257)],
)
def test_a_hyperparameter_out_of_its_range_is_named(office: Office, name: str, value: Any) -> None:
    wanted = {"dataset_id": "ds_01h455vb4pex5vsknk084sn02q", "model": MODEL, "hyperparameters": {name: value}}
    refused = office.member.post("/v1/jobs", json=wanted)
    assert refused.json()["errors"][0]["pointer"] == f"/hyperparameters/{name}"
