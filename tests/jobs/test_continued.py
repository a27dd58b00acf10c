"""Training further: what a tuned model or checkpoint is named by, what it costs, and what the lineage says afterwards."""

from decimal import Decimal
from typing import Any

import pytest

from tests.support.office import HELD_OUT, MODEL, Office


def registered(office: Office) -> dict[str, Any]:
    (model,) = office.look("/models")["data"]
    return dict(model)


@pytest.mark.parametrize("provider", ["openai", "azure"])
def test_a_tuned_model_is_trained_further_at_its_bases_price(office: Office, provider: str) -> None:
    connection = office.openai() if provider == "openai" else office.azure()
    dataset = office.dataset()
    first = office.finish(office.submit(dataset, connection_id=connection))
    model = registered(office)
    further = office.submit(dataset, model=model["id"])
    doomed = office.lab.lead.delete(f"/v1/models/{model['id']}/weights")
    assert (doomed.status_code, doomed.json()["jobs"]) == (409, [further]), "it is to be trained further"
    job = office.finish(further)
    assert (job["status"], job["model"], job["trained_from"]) == ("succeeded", MODEL, first["fine_tuned_model"])
    assert (job["connection_id"], job["billed_tokens"]) == (connection, first["billed_tokens"])
    bills = office.bought(office.lab.account if provider == "openai" else office.resource)
    assert bills[1]["trained_from"] == first["fine_tuned_model"]
    assert Decimal(office.look("/spend")["total"]) == sum(Decimal(bill["amount_usd"]) for bill in bills)
    newest = office.look("/models")["data"][0]
    lineage = office.look(f"/models/{newest['id']}/lineage")["lineage"]
    assert (lineage["base_model"], lineage["continues"]["model_id"]) == (MODEL, model["id"])
    assert lineage["continues"]["job_id"] == first["id"]
    office.lab.lead.put(f"/v1/datasets/{dataset}/routing", json={"connections": None, "regions": ["swedencentral"]})
    other = office.dataset(HELD_OUT[:12], "other")
    bound = office.order(other, model=newest["id"])
    assert (bound.status_code, bound.json()["code"]) == (403, "route_forbidden"), "it was made of data that is bound"
    assert office.order(other, connection_id=connection).status_code == 202


def test_a_checkpoint_is_trained_further_by_its_name(office: Office) -> None:
    office.openai()
    dataset = office.dataset()
    first = office.finish(office.submit(dataset, hyperparameters={"n_epochs": 3}))
    checkpoint = office.look(f"/jobs/{first['id']}/checkpoints")["data"][0]
    job = office.finish(office.submit(dataset, model=checkpoint["model"]))
    assert (job["status"], job["trained_from"]) == ("succeeded", checkpoint["model"])
    newest = office.look("/models")["data"][0]
    continues = office.look(f"/models/{newest['id']}/lineage")["lineage"]["continues"]
    assert (continues["job_id"], continues["step"]) == (first["id"], checkpoint["step"])


def test_it_is_trained_further_where_it_is_and_by_its_owners(office: Office) -> None:
    connection, other, dataset = office.openai(), office.azure(), office.dataset()
    office.finish(office.submit(dataset, connection_id=connection))
    model = registered(office)
    refused = office.order(dataset, model=model["id"], connection_id=other)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/connection_id")
    choices = [{"connection_id": one, "model": model["id"], "n_epochs": 1} for one in (connection, other)]
    answer = office.member.post("/v1/estimates", json={"dataset_id": dataset, "choices": choices})
    here, there = answer.json()["data"]
    assert (here["refused"], there["refused"]["code"]) == (None, "invalid_request")
    sales = office.lab.api.member(office.lab.api.team("sales")["id"])
    theirs = sales.post("/v1/datasets", data={"name": "theirs"}, files={"file": ("a.jsonl", b"{}")}).json()["id"]
    refused = sales.post("/v1/jobs", json={"dataset_id": theirs, "model": model["id"]})
    assert refused.json()["code"] == "model_not_trainable"
