"""The registry: what a job leaves is found again with its whole story, once."""

from datetime import date

from shared.ids import ConnectionId, JobId, TeamId
from shared.registry.actions import Registration, register
from tests.support.laboratory import BASE, Laboratory


def test_a_job_registers_its_model_once(laboratory: Laboratory) -> None:
    made = Registration(
        team_id=TeamId(laboratory.team_id),
        job_id=JobId("job_01h455vb4pex5vsknk084sn02q"),
        connection_id=ConnectionId(laboratory.connection()),
        provider_model=f"ft:{BASE}:acme::one",
        base_model=BASE,
        lineage={"dataset_sha256": "ab" * 32, "cost_usd": "1.25"},
        shutdown_date=date(2027, 10, 14),
    )
    with laboratory.transaction() as db:
        first = register(db, made).id
    with laboratory.transaction() as db:
        assert register(db, made).id == first
    assert laboratory.told() == [("model.registered", first)]
    (model,) = laboratory.member.get("/v1/models").json()["data"]
    assert (model["id"], model["status"], model["shutdown_date"]) == (first, "active", "2027-10-14")
    lineage = laboratory.member.get(f"/v1/models/{first}/lineage").json()
    assert lineage["lineage"] == made.lineage
    assert lineage["job_id"] == made.job_id


def test_models_are_listed_in_pages_the_newest_first(laboratory: Laboratory) -> None:
    connection = laboratory.connection()
    models = [laboratory.model(connection, f"ft:{BASE}:acme::{number}") for number in range(3)]
    first = laboratory.member.get("/v1/models?limit=2").json()
    second = laboratory.member.get(f"/v1/models?limit=2&cursor={first['next_cursor']}").json()
    assert [one["id"] for one in first["data"] + second["data"]] == models[::-1]
    assert second["next_cursor"] is None


def test_another_teams_models_are_not_there(laboratory: Laboratory) -> None:
    model = laboratory.model(laboratory.connection(), f"ft:{BASE}:acme::one")
    stranger = laboratory.api.member(str(laboratory.api.team("others")["id"]))
    assert stranger.get("/v1/models").json()["data"] == []
    for path in (f"/v1/models/{model}", f"/v1/models/{model}/lineage"):
        assert stranger.get(path).status_code == 404
    as_team = laboratory.api.admin.get("/v1/models", headers={"X-Team": laboratory.team_id})
    assert [one["id"] for one in as_team.json()["data"]] == [model]


def test_an_admin_names_the_team_for_whatever_is_a_teams(laboratory: Laboratory) -> None:
    model = laboratory.model(laboratory.connection(), f"ft:{BASE}:acme::one")
    evaluation = "/v1/evaluations/eval_01h455vb4pex5vsknk084sn02q"
    paths = ["/v1/models", f"/v1/models/{model}", f"/v1/models/{model}/lineage"]
    paths += ["/v1/evaluations", evaluation, f"{evaluation}/results", "/v1/jobs", "/v1/datasets", "/v1/aliases"]
    for path in paths:
        answer = laboratory.api.admin.get(path)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "header/x-team"), path
