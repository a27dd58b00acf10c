"""`Idempotency-Key`: asking twice does it once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import redis

from shared.db import Database
from shared.queue import Task
from shared.teams.requests import forget
from tests.support.api import Api
from tests.support.server import served
from worker.sweeps import due

ONCE = {"Idempotency-Key": "5f7c9a"}


def test_a_repeated_request_gets_the_first_answer(api: Api) -> None:
    first = api.admin.post("/v1/teams", json={"name": "support"}, headers=ONCE)
    again = api.admin.post("/v1/teams", json={"name": "support"}, headers=ONCE)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["content-type"] == first.headers["content-type"]
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert api.sql("SELECT count(*) FROM teams") == [(1,)]


def test_without_a_key_it_is_done_again(api: Api) -> None:
    team = api.team()["id"]
    for _ in range(2):
        api.admin.post(f"/v1/teams/{team}/keys", json={"name": "same"})
    assert api.sql("SELECT count(*) FROM keys WHERE name = 'same'") == [(2,)]


def test_the_same_key_for_another_request_is_refused(api: Api) -> None:
    api.admin.post("/v1/teams", json={"name": "support"}, headers=ONCE)
    other_body = api.admin.post("/v1/teams", json={"name": "sales"}, headers=ONCE)
    other_path = api.admin.post("/v1/keys", json={"name": "support"}, headers=ONCE)
    for answer in (other_body, other_path):
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")


def test_a_key_belongs_to_its_team(api: Api) -> None:
    for name in ("support", "sales"):
        team = api.team(name)["id"]
        made = api.lead(team).post(f"/v1/teams/{team}/keys", json={"name": name}, headers=ONCE)
        assert made.status_code == 201
        assert "idempotent-replayed" not in made.headers


def test_a_member_cannot_replay_what_only_a_lead_may_do(api: Api) -> None:
    team = api.team()["id"]
    api.lead(team).post(f"/v1/teams/{team}/keys", json={"name": "x"}, headers=ONCE)
    answer = api.member(team).post(f"/v1/teams/{team}/keys", json={"name": "x"}, headers=ONCE)
    assert answer.status_code in (403, 422)


def test_a_refused_request_may_be_tried_again(api: Api) -> None:
    team = api.team("support")["id"]
    assert api.admin.post("/v1/teams", json={"name": "support"}, headers=ONCE).status_code == 409
    api.admin.patch(f"/v1/teams/{team}", json={"name": "care"})
    assert api.admin.post("/v1/teams", json={"name": "support"}, headers=ONCE).status_code == 201


def test_a_secret_is_not_replayed_and_not_stored(api: Api) -> None:
    team = api.team()["id"]
    first = api.admin.post(f"/v1/teams/{team}/keys", json={"name": "x"}, headers=ONCE).json()
    again = api.admin.post(f"/v1/teams/{team}/keys", json={"name": "x"}, headers=ONCE).json()
    assert again == first | {"secret": None}
    kept = bytes(api.sql("SELECT body FROM remembered_requests")[0][0])
    assert first["secret"].encode() not in kept


def test_an_unusable_key_is_refused(api: Api) -> None:
    for key in ("", "x" * 256, "white space"):
        answer = api.admin.post("/v1/teams", json={"name": "support"}, headers={"Idempotency-Key": key})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "header/idempotency-key"


def test_twenty_at_once_do_it_once(api: Api, redis_url: str) -> None:
    with served(api.app) as url:
        # Redis knows nothing of this.
        redis.Redis.from_url(redis_url).flushall()
        answers = _at_once(url, api.admin_key, [{"name": "support"}] * 20, ONCE)
    made = [answer for answer in answers if answer.status_code == 201]
    busy = [answer for answer in answers if answer.status_code == 409]
    assert len(made) + len(busy) == 20
    assert made
    assert {answer.content for answer in made} == {made[0].content}
    assert sum("idempotent-replayed" not in answer.headers for answer in made) == 1
    assert {answer.json()["code"] for answer in busy} <= {"idempotency_in_progress"}
    assert api.sql("SELECT count(*) FROM teams") == [(1,)]


def test_a_name_goes_to_the_fastest_of_twenty(api: Api) -> None:
    with served(api.app) as url:
        answers = _at_once(url, api.admin_key, [{"name": "support"}] * 20, {})
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"conflict"}


def test_answers_are_kept_for_a_week_and_then_forgotten(api: Api) -> None:
    database = Database(api.database.worker_url, pool_size=2, doorbell=lambda _: None)
    api.admin.post("/v1/teams", json={"name": "support"}, headers=ONCE)
    for age, kept in (("7 days", True), ("9 days", False)):
        api.sql(f"UPDATE remembered_requests SET created_at = now() - interval '{age}'")
        assert (Task.FORGET_REQUESTS in due(database)) is not kept
        with database.transaction() as db:
            assert forget(db) is not kept
        assert api.sql("SELECT count(*) FROM remembered_requests") == [(int(kept),)]
    database.engine.dispose()


def _at_once(url: str, key: str, bodies: list[dict[str, Any]], headers: dict[str, str]) -> list[httpx2.Response]:
    with httpx2.Client(base_url=url, headers={"Authorization": f"Bearer {key}"} | headers) as client:

        def post(body: dict[str, Any]) -> httpx2.Response:
            return client.post("/v1/teams", json=body)

        with ThreadPoolExecutor(len(bodies)) as pool:
            return list(pool.map(post, bodies))
