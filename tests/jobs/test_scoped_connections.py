"""Connections that are open to some teams only: to the others they do not exist, whatever is asked of them."""

import uuid
from typing import Any

import pytest
from psycopg import connect, errors
from starlette.testclient import TestClient

from shared import ids
from tests.support.api import Api
from tests.support.workshop import MODEL, Workshop

MISSING = ids.new("conn")


def described(**other: object) -> dict[str, Any]:
    credential = f"sk-sandbox-{uuid.uuid4().hex}"
    return {"name": "own", "provider": "openai", "base_url": "https://example.com", "credential": credential} | other


def facts(answer: Any, connection_id: str) -> tuple[int, str]:
    return answer.status_code, answer.text.replace(connection_id, "ID")


@pytest.fixture
def dialect() -> str:
    return "openai"


def test_a_connection_is_opened_to_teams_and_closed_again(api: Api) -> None:
    support, sales = api.team("support")["id"], api.team("sales")["id"]
    made = api.admin.post("/v1/connections", json=described(teams=[support])).json()
    path = f"/v1/connections/{made['id']}"
    seen = {"support": api.member(support), "sales": api.member(sales)}
    assert made["teams"] == [support]
    assert [client.get(path).status_code for client in seen.values()] == [200, 404]
    assert [len(client.get("/v1/connections").json()["data"]) for client in seen.values()] == [1, 0]
    assert api.admin.get(path, headers={"X-Team": sales}).status_code == 404
    assert api.admin.patch(path, json={"teams": [sales]}).json()["teams"] == [sales]
    assert [client.get(path).status_code for client in seen.values()] == [404, 200]
    assert api.admin.patch(path, json={"name": "renamed"}).json()["teams"] == [sales]
    assert api.admin.patch(path, json={"teams": None}).json()["teams"] is None
    assert [client.get(path).status_code for client in seen.values()] == [200, 200]
    assert api.admin.patch(path, json={"teams": []}).json()["teams"] == []
    assert [client.get(path).status_code for client in seen.values()] == [404, 404]
    assert "teams" not in seen["sales"].get("/v1/connections").text


def test_the_audit_tells_what_changed(api: Api) -> None:
    made = api.admin.post("/v1/connections", json=described()).json()
    for change in ({"max_running": 2, "max_queued": None}, {"deployments": {"gpt-4.1-2025-04-14": "prod"}}):
        changed = api.admin.patch(f"/v1/connections/{made['id']}", json=change)
        assert changed.status_code == 200, changed.text
    later, sooner = (entry["detail"] for entry in api.admin.get("/v1/audit?limit=2").json()["data"])
    assert (sooner["max_running"], sooner["max_queued"]) == (2, None)
    assert later["deployments"] == "changed"
    assert "max_running" not in later


def test_a_connection_is_opened_to_teams_that_exist(api: Api) -> None:
    refused = api.admin.post("/v1/connections", json=described(teams=[ids.new("team")]))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/teams/0")


def test_to_another_team_it_is_as_if_it_did_not_exist(workshop: Workshop) -> None:
    api, stranger = workshop.api, workshop.api.lead(workshop.api.team("sales")["id"])
    sent = stranger.post("/v1/datasets", data={"name": "t"}, files={"file": ("t.jsonl", workshop_file())})
    dataset_id = sent.json()["id"]
    workshop.drain()
    api.admin.patch(f"/v1/connections/{workshop.connection_id}", json={"teams": [workshop.team_id]})
    workshop.drain()
    for ask in (look, order, estimate, evaluate, moderate):
        foreign = facts(ask(stranger, dataset_id, workshop.connection_id), workshop.connection_id)
        assert foreign == facts(ask(stranger, dataset_id, MISSING), MISSING), ask.__name__
        assert "not_found" in foreign[1], ask.__name__
    assert stranger.get("/v1/catalogue").json()["data"] == []
    chat = {"model": MODEL, "messages": [{"role": "user", "content": "hello"}]}
    assert stranger.post("/openai/v1/chat/completions", json=chat).status_code == 404
    assert [one["id"] for one in stranger.get("/openai/v1/models").json()["data"]] == []
    assert workshop.submit()


def test_postgres_itself_shows_it_to_nobody_else(api: Api) -> None:
    support, sales = api.team("support")["id"], api.team("sales")["id"]
    made = api.admin.post("/v1/connections", json=described(teams=[support])).json()
    with connect(api.database.app_url, autocommit=True) as db:
        for team, seen in ((support, [(made["id"],)]), (sales, []), ("", [])):
            db.execute("SELECT set_config('app.team', %s, false)", [team])
            assert db.execute("SELECT id FROM connections").fetchall() == seen, team
        db.execute("SELECT set_config('app.team', %s, false)", [support])
        with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
            db.execute("UPDATE connections SET teams = NULL")


def test_what_was_not_bought_before_the_team_lost_the_connection_is_not_bought(workshop: Workshop) -> None:
    job_id = workshop.submit()
    workshop.api.admin.patch(f"/v1/connections/{workshop.connection_id}", json={"teams": []})
    assert "closed to the team" in str(workshop.job(job_id)["queue"])
    job = workshop.until_over(job_id)
    assert (job["status"], job["reason_code"]) == ("failed", "barred")
    assert "closed to the team" in job["reason"]
    assert workshop.times_bought(job_id) == 0
    workshop.check_books()


def test_a_model_of_a_connection_that_was_closed_to_its_team_is_not_found(workshop: Workshop) -> None:
    job = workshop.until_over(workshop.submit())
    chat = {"model": job["fine_tuned_model"], "messages": [{"role": "user", "content": "hello"}]}
    assert workshop.member.post("/openai/v1/chat/completions", json=chat).status_code == 200
    assert job["fine_tuned_model"] in workshop.member.get("/openai/v1/models").text
    workshop.api.admin.patch(f"/v1/connections/{workshop.connection_id}", json={"teams": []})
    assert workshop.member.post("/openai/v1/chat/completions", json=chat).status_code == 404
    assert workshop.member.get("/openai/v1/models").json()["data"] == []
    deploy = workshop.member.post("/v1/deployments", json={"model": job["fine_tuned_model"]})
    assert (deploy.status_code, deploy.json()["code"]) == (404, "not_found")
    spent = workshop.member.get("/v1/spend?group_by=connection").json()["data"]
    assert [row["connection"] for row in spent] == [workshop.connection_id], "what it was called is not told any more"


def workshop_file() -> bytes:
    row = '{"messages": [{"role": "user", "content": "question %d"}, {"role": "assistant", "content": "answer"}]}\n'
    return "".join(row % at for at in range(12)).encode()


def look(client: TestClient, _: str, connection_id: str) -> Any:
    return client.get(f"/v1/connections/{connection_id}")


def order(client: TestClient, dataset_id: str, connection_id: str) -> Any:
    return client.post("/v1/jobs", json={"dataset_id": dataset_id, "connection_id": connection_id, "model": MODEL})


def estimate(client: TestClient, dataset_id: str, connection_id: str) -> Any:
    choices = [{"connection_id": connection_id, "model": MODEL}]
    return client.post("/v1/estimates", json={"dataset_id": dataset_id, "choices": choices})


def evaluate(client: TestClient, dataset_id: str, connection_id: str) -> Any:
    candidates = [
        {"model": MODEL, "connection_id": connection_id},
        {"model": "gpt-4o-2024-08-06", "connection_id": connection_id},
    ]
    wanted = {"dataset_id": dataset_id, "candidates": candidates, "graders": ["exact_match"]}
    return client.post("/v1/evaluations", json=wanted)


def moderate(client: TestClient, dataset_id: str, connection_id: str) -> Any:
    return client.post(f"/v1/datasets/{dataset_id}/moderations", json={"connection_id": connection_id})
