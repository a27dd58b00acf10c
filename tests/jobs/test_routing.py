"""Where data may go: refused at every road by which it would leave, told where it may, and asked again before bytes do."""

from typing import Any

import pytest

from shared.queue import Task
from tests.support.laboratory import jsonl
from tests.support.office import HELD_OUT, MODEL, Answer, Office

SWEDEN = {"connections": None, "regions": ["swedencentral"]}
FREE = {"connections": None, "regions": None}


def route(office: Office, path: str, wanted: dict[str, Any]) -> dict[str, Any]:
    put = office.lab.lead.put(f"/v1{path}/routing", json=wanted)
    assert put.status_code == 200, put.text
    return dict(put.json())


def names(shown: dict[str, Any]) -> list[str]:
    return [one["name"] for one in shown["allowed"]]


def refused(answer: Answer) -> list[str]:
    body = answer.json()
    assert (answer.status_code, body["code"]) == (403, "route_forbidden"), answer.text
    return list(body["allowed"])


def test_a_bound_dataset_goes_only_where_it_may_and_every_other_road_says_where_that_is(office: Office) -> None:
    openai, azure, dataset = office.openai(), office.managed(), office.dataset()
    assert office.member.put(f"/v1/datasets/{dataset}/routing", json=SWEDEN).status_code == 403, "a lead's to say"
    stranger = office.lab.api.lead(office.lab.api.team("sales")["id"])
    for path in (f"/v1/datasets/{dataset}/routing", f"/v1/teams/{office.lab.team_id}/routing"):
        assert [stranger.get(path).status_code, stranger.put(path, json=SWEDEN).status_code] == [404, 404]
    shown = route(office, f"/datasets/{dataset}", SWEDEN)
    assert (names(shown), shown["rules"][0]["whose"]) == (["azure"], "triage v1")
    assert shown["allowed"][0]["stands_in"] == "swedencentral", "as Azure's resource manager told at the check"
    assert refused(office.order(dataset, connection_id=openai)) == ["azure"]
    assert refused(office.order(dataset, connection_id=azure, tier="global")) == ["azure"]
    assert refused(office.member.post(f"/v1/datasets/{dataset}/moderations", json={"connection_id": openai})) == [
        "azure"
    ]
    asked = {
        "dataset_id": dataset,
        "candidates": [{"model": MODEL, "connection_id": openai}],
        "graders": ["exact_match"],
    }
    assert refused(office.member.post("/v1/evaluations", json=asked)) == ["azure"]
    free = office.dataset(HELD_OUT[:12], "free")
    assert refused(office.order(free, connection_id=openai, validation_dataset_id=dataset)) == ["azure"]
    choices = [{"connection_id": one, "model": MODEL, "n_epochs": 1} for one in (openai, azure)]
    answer = office.member.post("/v1/estimates", json={"dataset_id": dataset, "choices": choices})
    there, here = answer.json()["data"]
    assert there["refused"]["code"] == "route_forbidden"
    assert "standard tier" in here["refused"]["detail"], (
        "the one that stays in its region, at a price that nobody has published"
    )
    route(office, f"/datasets/{dataset}", {"connections": [azure], "regions": None})
    job = office.job(office.submit(dataset))
    assert (job["connection_id"], job["tier"]) == (azure, "global"), "bound to the account, wherever it works"


def test_what_is_made_of_it_is_bound_too_and_cannot_be_loosened(office: Office) -> None:
    office.openai()
    dataset = office.dataset()
    route(office, f"/datasets/{dataset}", SWEDEN)
    parts = office.member.post(f"/v1/datasets/{dataset}/split", json={"held_out": 0.4}).json()["data"]
    next_version = office.upload(jsonl(HELD_OUT[:12])).json()["id"]
    office.drain()
    for version in (*(part["id"] for part in parts), next_version):
        assert refused(office.order(version)) == []
    loosened = route(office, f"/datasets/{parts[0]['id']}", {"connections": None, "regions": ["us", "swedencentral"]})
    assert [rule["whose"] for rule in loosened["rules"]] == ["triage v1", "triage.training v1"]
    assert refused(office.order(parts[0]["id"])) == []
    route(office, f"/datasets/{next_version}", FREE)
    assert office.order(next_version).status_code == 202, "other bytes, of which a lead says otherwise"
    audit = office.lab.api.admin.get("/v1/audit").json()["data"]
    entry = next(one for one in audit if one["action"] == "dataset.route")
    assert (entry["subject"], entry["detail"]) == (next_version, {"old": "regions: swedencentral", "new": None})


@pytest.mark.parametrize("step", ["queued", "submitting"])
def test_a_rule_that_comes_later_stops_what_was_ordered_before_it_leaves(office: Office, step: str) -> None:
    connection, dataset = office.openai(), office.dataset()
    job = office.submit(dataset, connection_id=connection)
    if step == "submitting":
        office.step(Task.UPLOAD_FILES)
    assert office.job(job)["status"] == step
    route(office, f"/teams/{office.lab.team_id}", SWEDEN)
    ended = office.finish(job)
    assert (ended["status"], ended["reason_code"], office.bought()) == ("failed", "barred", [])
    assert "The routing of the team support (only to region swedencentral) ruled out openai" in ended["reason"]
    requests = office.lab.sandbox.get("/requests", account=office.lab.account)["requests"]
    assert requests.get("upload_file", 0) == (step == "submitting")
    assert requests.get("delete_file", 0) == (step == "submitting"), "what had gone there before was taken back"
    assert office.lab.held() == 0


def test_what_may_not_be_ordered_again_hears_of_no_other_teams_connection(office: Office) -> None:
    office.openai()
    described = {"name": "theirs", "provider": "openai", "base_url": "https://eu.api.openai.com/v1"}
    sales = office.lab.api.team("sales")["id"]
    theirs = described | {"credential": "sk-sandbox-of-nobody", "teams": [sales]}
    assert office.lab.api.admin.post("/v1/connections", json=theirs).json()["stands_in"] == "eu"
    office.fault("fail_job", "create_job")
    job = office.submit(office.dataset(), automatic_retries=1)
    office.until(job, "running")
    route(office, f"/teams/{office.lab.team_id}", {"connections": None, "regions": ["eu"]})
    office.finish(job)
    told = [event["message"] for event in office.look(f"/jobs/{job}/events")["data"]]
    assert any(
        "not ordered again" in one and one.endswith("There is no connection to which it may go.") for one in told
    )
    assert "theirs" not in str(told)


def test_evaluations_and_moderations_stop_and_models_are_deployed_where_their_data_may_go(office: Office) -> None:
    openai, azure, dataset = office.openai(), office.managed(), office.dataset()
    asked = {
        "dataset_id": dataset,
        "candidates": [{"model": MODEL, "connection_id": openai}],
        "graders": ["exact_match"],
    }
    evaluation = office.member.post("/v1/evaluations", json=asked).json()["id"]
    shown = office.member.post(f"/v1/datasets/{dataset}/moderations", json={"connection_id": openai}).json()["id"]
    route(office, f"/teams/{office.lab.team_id}", SWEDEN)
    office.drain()
    for path in (f"/evaluations/{evaluation}", f"/moderations/{shown}"):
        ended = office.look(path)
        assert (ended["status"], ended["reason_code"]) == ("failed", "barred")
    requests = office.lab.sandbox.get("/requests", account=office.lab.account)["requests"]
    assert {"chat", "moderations"}.isdisjoint(requests)
    model = office.lab.model(azure, f"{MODEL}.ft-0123456789abcdef", base_model=MODEL)
    wanted = {"model": model, "sku": "GlobalStandard", "capacity": 1}
    assert refused(office.lab.lead.post("/v1/deployments", json=wanted)) == ["azure"]
    stays = office.lab.lead.post("/v1/deployments", json=wanted | {"sku": "Standard"})
    assert stays.status_code == 202, stays.text


def test_where_a_connection_stands_is_told_said_or_seen(office: Office) -> None:
    admin = office.lab.api.admin
    wanted = {"provider": "openai", "credential": "sk-sandbox-of-nobody"}
    eu = admin.post("/v1/connections", json={**wanted, "name": "eu", "base_url": "https://eu.api.openai.com/v1"})
    said = {**wanted, "name": "said", "base_url": "https://api.openai.com/v1", "region": "us"}
    made = admin.post("/v1/connections", json=said)
    assert [one.json()["stands_in"] for one in (eu, made)] == ["eu", "us"]
    elsewhere = {"base_url": "https://other.example.com/v1", "credential": "sk-sandbox-of-nobody"}
    moved = admin.patch(f"/v1/connections/{made.json()['id']}", json=elsewhere)
    assert moved.json()["stands_in"] is None, "what was said of another address does not hold"
    managed = office.managed()
    assert admin.get(f"/v1/connections/{managed}").json()["stands_in"] == "swedencentral"
    url = admin.get(f"/v1/connections/{managed}").json()["base_url"].replace("127.0.0.1", "localhost")
    change = {"base_url": url, "credential": f"az-sandbox-{office.resource}"}
    assert admin.patch(f"/v1/connections/{managed}", json=change).json()["stands_in"] is None
    office.drain()
    checked = admin.get(f"/v1/connections/{managed}").json()
    assert (checked["checked_at"] is None, checked["stands_in"]) == (False, None), (
        "another host's region is not its own"
    )
    shown = route(office, f"/teams/{office.lab.team_id}", {"connections": None, "regions": ["eu"]})
    assert names(shown) == ["eu"]
    unknown = {"connections": ["conn_01h455vb4pex5vsknk084sn02q"], "regions": None}
    answer = office.lab.lead.put(f"/v1/teams/{office.lab.team_id}/routing", json=unknown)
    assert answer.json()["errors"][0]["pointer"] == "/connections/0"
