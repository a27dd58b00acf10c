"""Checkpoints: told as a table too, and taken into the registry as models like what the job made in the end."""

import csv
import io

from tests.support.office import HELD_OUT, MODEL, Office


def test_a_checkpoint_becomes_a_model_like_any_other_once(office: Office) -> None:
    office.openai()
    dataset = office.dataset()
    job = office.finish(office.submit(dataset, hyperparameters={"n_epochs": 3}))
    path = f"/v1/jobs/{job['id']}/checkpoints"
    table = list(csv.DictReader(io.StringIO(office.member.get(path, headers={"Accept": "text/csv"}).text)))
    first, *_ = kept = office.member.get(path).json()["data"]
    assert [(int(row["step"]), row["model"]) for row in table] == [(one["step"], one["model"]) for one in kept]
    assert float(table[0]["train_loss"]) == first["metrics"]["train_loss"]
    model, again = (office.member.post(f"{path}/{first['step']}/register").json() for _ in range(2))
    assert model == again
    assert (model["job_id"], model["step"], model["provider_model"]) == (job["id"], first["step"], first["model"])
    assert office.member.get(path).json()["data"][0]["model_id"] == model["id"]
    (of_checkpoint, final) = office.look("/models")["data"]
    assert (of_checkpoint["id"], final["step"]) == (model["id"], None)
    lineage = office.look(f"/models/{model['id']}/lineage")["lineage"]
    assert (lineage["step"], lineage["metrics"], lineage["job_id"]) == (first["step"], first["metrics"], job["id"])
    assert lineage["charged_usd"] == office.look("/spend")["total"]
    assert office.member.post(f"{path}/999/register").status_code == 404
    stranger = office.lab.api.member(office.lab.api.team("sales")["id"])
    assert stranger.post(f"{path}/{first['step']}/register").status_code == 404

    # It can be asked, evaluated, named, trained further, and retired; then it is not registered again.
    office.lab.lead.put("/v1/aliases/early", json={"model_id": model["id"]})
    names = [one["id"] for one in office.member.get("/openai/v1/models").json()["data"]]
    assert {"early", first["model"]} <= set(names)
    asked = {"model": first["model"], "messages": [{"role": "user", "content": "Where is it?"}]}
    assert office.member.post("/openai/v1/chat/completions", json=asked).status_code == 200
    wanted = {"dataset_id": office.dataset(HELD_OUT, "held"), "graders": ["exact_match"], "max_answers": 2}
    candidates = [{"model": one} for one in (MODEL, model["id"])]
    office.member.post("/v1/evaluations", json=wanted | {"candidates": candidates})
    office.drain()
    assert len(office.look(f"/models/{model['id']}")["scores"]) == 1
    further = office.job(office.submit(dataset, model=model["id"]))
    assert further["trained_from"] == first["model"]
    office.lab.lead.delete("/v1/aliases/early")
    assert office.lab.lead.delete(f"/v1/models/{model['id']}").status_code == 204
    gone = office.member.post(f"{path}/{first['step']}/register")
    assert (gone.status_code, gone.json()["code"]) == (410, "model_retired")
