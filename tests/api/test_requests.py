"""Around every request: ids, health, and answers when something is wrong with us."""

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx2
import psycopg
from pydantic import SecretStr
from starlette.testclient import TestClient

from api.app import serve
from shared.ids import is_id
from tests.support.api import Api, settings_for
from tests.support.database import Database
from tests.support.server import served


def test_a_request_id_is_made_or_echoed(api: Api) -> None:
    assert is_id(api.client().get("/livez").headers["x-request-id"], "req")
    echoed = api.client().get("/livez", headers={"X-Request-Id": "trace-1:2"})
    assert echoed.headers["x-request-id"] == "trace-1:2"
    for bad in ("", "x" * 101, "a b", 'a"b'):
        made = api.client().get("/livez", headers={"X-Request-Id": bad}).headers["x-request-id"]
        assert is_id(made, "req")


def test_refusals_carry_the_id_too(api: Api) -> None:
    assert api.client().get("/v1/me", headers={"X-Request-Id": "trace-1"}).headers["x-request-id"] == "trace-1"


def test_a_path_or_method_that_is_not_there_is_a_problem(api: Api) -> None:
    assert api.client().get("/v2/nothing").json()["code"] == "not_found"
    wrong = api.client().delete("/v1/teams")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
    assert wrong.headers["content-type"] == "application/problem+json"


def test_a_slash_too_many_leads_nowhere(api: Api) -> None:
    answer = api.admin.get("/v1/teams/", headers={"Host": "evil.example"}, follow_redirects=False)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_it_lives_and_is_ready(api: Api) -> None:
    assert api.client().get("/livez").json() == {"status": "alive"}
    assert api.client().get("/readyz").json() == {"status": "ready"}


def test_it_is_not_ready_on_an_older_schema(api: Api) -> None:
    api.sql("UPDATE alembic_version SET version_num = '0001_foundations'")
    answer = api.client().get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "service_busy")
    assert answer.json()["applied"] == "0001_foundations"
    api.sql("UPDATE alembic_version SET version_num = '9999_of_the_next_release'")
    assert api.client().get("/readyz").status_code == 200


def test_without_a_database_it_lives_and_says_503(database: Database, redis_url: str, tmp_path: Path) -> None:
    away = SecretStr("postgresql://tw_app:x@127.0.0.1:1/nothing")
    settings = settings_for(database, redis_url, tmp_path).model_copy(update={"database_url": away})
    with TestClient(serve(settings), raise_server_exceptions=False) as client:
        assert client.get("/livez").status_code == 200
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["code"]) == (503, "service_busy")
        assert answer.headers["retry-after"] == "1"


def test_it_goes_on_after_its_database_connections_were_cut(api: Api) -> None:
    assert api.admin.get("/v1/teams").status_code == 200
    with psycopg.connect(api.database.app_url, autocommit=True) as db:
        cut = db.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE usename = current_user AND datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert cut.fetchall()
    assert api.admin.get("/v1/teams").status_code == 200


def test_who_waits_too_long_for_a_turn_is_told_so(api: Api) -> None:
    api.app.state.context = replace(api.app.state.context, turns=asyncio.Semaphore(0))
    answer = api.admin.get("/v1/teams")
    assert (answer.status_code, answer.json()["code"]) == (503, "service_busy")
    assert api.client().get("/livez").status_code == 200


def test_more_callers_than_connections_are_all_answered(api: Api) -> None:
    """Each request needs a connection twice, and a thread thrice: none may wait for one that waits for it."""
    auth = {"Authorization": f"Bearer {api.admin_key}"}
    with served(api.app) as url, httpx2.Client(base_url=url, headers=auth, timeout=60) as client:

        def ask(number: int) -> int:
            if number % 2:
                return client.get("/v1/teams").status_code
            return client.post("/v1/teams", json={"name": f"team {number}"}).status_code

        with ThreadPoolExecutor(100) as pool:
            statuses = Counter(pool.map(ask, range(300)))
    assert set(statuses) <= {200, 201, 503}
    assert statuses[200] + statuses[201] > 0
    assert api.sql("SELECT count(*) FROM teams") == [(statuses[201],)], "what was refused was not done"
