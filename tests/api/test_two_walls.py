"""Teams are kept apart twice: by the queries, which ask for the caller's team, and by Postgres, which shows no other.

Each wall is tried with the other one down, on rows that real work has left behind.
"""

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import make_url

from api.app import serve
from shared import ids
from shared.db import Database
from shared.deployments.tables import Deployment, WhenBudgetIsGone
from shared.ids import ConnectionId, DeploymentId, KeyId, ModelId, TeamId
from shared.lifecycles import DeploymentStatus
from shared.providers.deploying import Sku
from tests.sandbox.server import Running
from tests.support.api import Api
from tests.support.workshop import MODEL, Workshop, workshop_on

FAULTY = b'{"messages": [{"role": "bot", "content": "x"}]}\n'
OWNED = "SELECT table_name FROM information_schema.columns WHERE column_name = 'team_id' AND table_schema = 'public'"
EVERYBODYS = {"budgets", "period_totals"}
"""The organisation's own budget is seen by every team: a team's spending moves it."""


@pytest.fixture
def workshop(api: Api, provider: Running) -> Iterator[Workshop]:
    with workshop_on(api, provider.url, "openai") as made:
        yield made


def evaluated(workshop: Workshop) -> str:
    order = {"dataset_id": workshop.dataset_id, "candidates": [{"model": MODEL}], "graders": ["exact_match"]}
    made = workshop.member.post("/v1/evaluations", json=order, headers={"Idempotency-Key": "once"})
    assert made.status_code == 202, made.text
    workshop.drain()
    return str(made.json()["id"])


def grouped(workshop: Workshop) -> str:
    """A group that was cancelled before anything was bought."""
    order = {"name": "which", "dataset_id": workshop.dataset_id, "models": [{"model": MODEL}], "max_cost_usd": "5.00"}
    made = workshop.member.post("/v1/job-groups", json=order)
    assert made.status_code == 202, made.text
    assert workshop.member.post(f"{made.headers['location']}/cancel").status_code == 202
    return str(made.json()["id"])


def deployed(workshop: Workshop, model_id: str) -> str:
    """A row that nobody works on: what it takes to get one is tried elsewhere."""
    made = Deployment(
        id=DeploymentId(ids.new("dep")),
        team_id=TeamId(workshop.team_id),
        created_by=KeyId(ids.new("key")),
        connection_id=ConnectionId(workshop.connection_id),
        model_id=ModelId(model_id),
        model=MODEL,
        base_model=MODEL,
        name="triage",
        sku=Sku.STANDARD,
        capacity=1,
        when_budget_is_gone=WhenBudgetIsGone.WARN,
        status=DeploymentStatus.CREATING,
        usd_per_million="1700000",
        price_id="a price",
    )
    with workshop.context.database.transaction() as db:
        db.add(made)
    return made.id


def owned_by_teams(api: Api) -> set[str]:
    return {str(name) for (name,) in api.sql(OWNED)}


def test_with_one_wall_down_the_other_stands(workshop: Workshop) -> None:
    api = workshop.api
    graded = {"graders": ["exact_match"], "dataset_id": workshop.dataset_id, "max_answers": 1}
    job_id = workshop.submit(evaluation=graded)
    assert workshop.until_over(job_id)["status"] == "succeeded"
    group_id = grouped(workshop)
    evaluation_id = evaluated(workshop)
    faulty = workshop.member.post("/v1/datasets", data={"name": "faulty"}, files={"file": ("f.jsonl", FAULTY)})
    workshop.drain()
    begun = workshop.member.post("/v1/uploads", json={"name": "large", "size_bytes": 10}).json()
    part = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    upload = f"/v1/uploads/{begun['id']}"
    assert workshop.member.patch(upload, content=b"half", headers=part).status_code == 204
    shown = workshop.member.post(
        f"/v1/datasets/{workshop.dataset_id}/moderations", json={"connection_id": workshop.connection_id}
    )
    assert shown.status_code == 202, shown.text
    model_id = workshop.member.get("/v1/models").json()["data"][0]["id"]
    assert workshop.member.put("/v1/aliases/bot", json={"model_id": model_id}).status_code == 200
    deployment_id = deployed(workshop, model_id)
    everything = {"connection_id": workshop.connection_id, "team_id": workshop.team_id, "all": True}
    assert api.admin.post("/v1/imports", json=everything).status_code == 202
    workshop.drain()
    other = api.team("sales")["id"]
    stranger = api.member(other)

    tables = owned_by_teams(api)
    filled = {
        table for table in tables if api.sql(f"SELECT 1 FROM {table} WHERE team_id = %s LIMIT 1", workshop.team_id)
    }
    assert filled == tables, "each table was to hold a row of the team"
    with psycopg.connect(api.database.app_url) as db:
        db.execute("SELECT set_config('app.team', %s, true)", [other])
        for table in tables:
            seen = db.execute(f"SELECT DISTINCT team_id FROM {table}".encode()).fetchall()
            assert {team for (team,) in seen} <= {other} | ({None} if table in EVERYBODYS else set()), table
        db.execute("SELECT set_config('app.team', %s, true)", [workshop.team_id])
        for table in tables:
            assert db.execute(f"SELECT 1 FROM {table} LIMIT 1".encode()).fetchall(), f"{table} is shut to its own team"

    for table in tables:
        api.sql(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    ours = f"/v1/datasets/{workshop.dataset_id}"
    jobs = f"/v1/jobs/{job_id}"
    for path in (
        *(ours + part for part in ("", "/report", "/findings", "/examples", "/content", "/moderations")),
        shown.headers["location"],
        *(jobs + part for part in ("", "/events", "/metrics", "/checkpoints")),
        *(f"/v1/job-groups/{group_id}{part}" for part in ("", "/comparison")),
        *(f"/v1/evaluations/{evaluation_id}{part}" for part in ("", "/results")),
        *(f"/v1/models/{model_id}{part}" for part in ("", "/lineage")),
        f"/v1/datasets/{faulty.json()['id']}/findings",
        "/v1/aliases/bot",
        f"/v1/deployments/{deployment_id}",
        upload,
    ):
        assert workshop.member.get(path).status_code == 200, path
        assert stranger.get(path).status_code == 404, path
    nouns = ("datasets", "jobs", "job-groups", "evaluations", "models", "aliases", "uploads", "deployments")
    for path in (f"/v1/{noun}" for noun in nouns):
        assert workshop.member.get(path).json()["data"], path
        assert stranger.get(path).json()["data"] == [], path
    cancels = (f"/v1/evaluations/{evaluation_id}/cancel", f"/v1/job-groups/{group_id}/cancel")
    for path in (f"{upload}/complete", f"{jobs}/cancel", f"{ours}/split", *cancels):
        assert stranger.post(path, json={}).status_code == 404, path
    wanted = {"connection_id": workshop.connection_id}
    assert stranger.post(f"{ours}/moderations", json=wanted).status_code == 404
    assert stranger.delete(ours).status_code == stranger.delete(upload).status_code == 404
    assert stranger.patch(upload, content=b"more", headers=part | {"Upload-Offset": "4"}).status_code == 404


def test_every_table_of_teams_has_its_policy(api: Api) -> None:
    forced = api.sql("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
    for_teams = api.sql(
        "SELECT tablename FROM pg_policies WHERE 'tw_app' = ANY(roles) AND cmd = 'ALL' "
        "AND qual LIKE '%%app.team%%' AND with_check LIKE '%%app.team%%'"
    )
    needed = owned_by_teams(api) | {"teams"}
    assert {name for (name,) in for_teams} == needed
    # The organisation's: the ones are shown to the teams that each is open to, the others to none.
    assert {name for (name,) in forced} == needed | {"connections", "strays"}


def test_a_role_that_sees_everything_serves_nobody(api: Api) -> None:
    settings = api.settings.model_copy(update={"database_url": SecretStr(api.database.owner_url)})
    with pytest.raises(RuntimeError, match="row-level security does not bind"), TestClient(serve(settings)):
        pass


def test_a_role_that_comes_to_see_everything_is_not_ready(api: Api) -> None:
    assert api.client().get("/readyz").status_code == 200
    database = Database(api.database.owner_url, pool_size=1, doorbell=lambda _: None)
    api.app.state.context = replace(api.app.state.context, database=database)
    answer = api.client().get("/readyz")
    database.engine.dispose()
    assert (answer.status_code, answer.json()["role"]) == (503, make_url(api.database.owner_url).username)


def test_an_archived_teams_work_can_be_stopped_and_none_begun(workshop: Workshop) -> None:
    job_id = workshop.submit()
    assert workshop.api.admin.delete(f"/v1/teams/{workshop.team_id}").status_code == 204
    admin = workshop.api.client(workshop.api.admin_key, **{"X-Team": workshop.team_id})
    order = {"dataset_id": workshop.dataset_id, "connection_id": workshop.connection_id, "model": MODEL}
    late = admin.post("/v1/jobs", json=order | {"hyperparameters": {"n_epochs": 1}})
    asked = {"dataset_id": workshop.dataset_id, "candidates": [{"model": MODEL}], "graders": ["exact_match"]}
    halves = admin.post(f"/v1/datasets/{workshop.dataset_id}/split", json={})
    for answer in (late, admin.post("/v1/evaluations", json=asked), halves):
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict"), answer.text
    prompt = {"model": MODEL, "messages": [{"role": "user", "content": "Hi"}]}
    assert admin.post("/openai/v1/chat/completions", json=prompt).json()["error"]["code"] == "conflict"
    assert admin.post(f"/v1/jobs/{job_id}/cancel").status_code == 202
    workshop.drain()
    assert admin.get(f"/v1/jobs/{job_id}").json()["status"] == "cancelled"
