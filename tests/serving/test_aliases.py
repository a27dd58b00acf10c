"""Aliases: pointed, moved, removed; what stands behind one cannot be retired."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.laboratory import BASE, Laboratory


@pytest.fixture
def connection(laboratory: Laboratory) -> str:
    return laboratory.connection()


def tuned(laboratory: Laboratory, connection: str, name: str = "one") -> str:
    return laboratory.model(connection, f"ft:{BASE}:acme:{name}:abc123")


def test_an_alias_is_made_by_promoting_and_moved_by_promoting_another(laboratory: Laboratory, connection: str) -> None:
    first, second = tuned(laboratory, connection), tuned(laboratory, connection, "two")
    promoted = laboratory.lead.post(f"/v1/models/{first}/promote", json={"alias": "support-bot"})
    assert (promoted.status_code, promoted.json()["model_id"]) == (200, first)
    moved = laboratory.lead.put("/v1/aliases/support-bot", json={"model_id": second})
    assert moved.json()["model_id"] == second
    assert laboratory.member.get("/v1/aliases/support-bot").json() == moved.json()
    history = laboratory.member.get("/v1/aliases/support-bot/history").json()["data"]
    assert [(one["from_model_id"], one["to_model_id"]) for one in history] == [(first, second), (None, first)]


def test_the_history_is_read_in_pages(laboratory: Laboratory, connection: str) -> None:
    models = [tuned(laboratory, connection, name) for name in ("one", "two", "three")]
    for model in models:
        laboratory.lead.put("/v1/aliases/bot", json={"model_id": model})
    first = laboratory.member.get("/v1/aliases/bot/history?limit=2").json()
    second = laboratory.member.get(f"/v1/aliases/bot/history?limit=2&cursor={first['next_cursor']}").json()
    assert [one["to_model_id"] for one in first["data"] + second["data"]] == models[::-1]
    assert second["next_cursor"] is None


def test_promoting_is_told_and_written_down_once(laboratory: Laboratory, connection: str) -> None:
    model = tuned(laboratory, connection)
    for _ in range(2):
        laboratory.lead.put("/v1/aliases/bot", json={"model_id": model})
    told = sorted(one for one in laboratory.told() if one[0] != "model.registered")
    assert told == [("alias.changed", "bot"), ("model.promoted", model)]
    assert laboratory.api.sql("SELECT subject FROM audit_entries WHERE action = 'alias.promote'") == [("bot",)]
    assert len(laboratory.member.get("/v1/aliases/bot/history").json()["data"]) == 1


def test_a_member_promotes_nothing(laboratory: Laboratory, connection: str) -> None:
    model = tuned(laboratory, connection)
    member = laboratory.member
    for answer in (
        member.post(f"/v1/models/{model}/promote", json={"alias": "bot"}),
        member.put("/v1/aliases/bot", json={"model_id": model}),
        member.delete("/v1/aliases/bot"),
        member.delete(f"/v1/models/{model}"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert laboratory.member.get("/v1/aliases").json()["data"] == []


def test_an_admin_promotes_for_a_team_that_it_names(laboratory: Laboratory, connection: str) -> None:
    model = tuned(laboratory, connection)
    other = str(laboratory.api.team("others")["id"])
    body = {"model_id": model}
    named = laboratory.api.admin.put("/v1/aliases/bot", json=body, headers={"X-Team": laboratory.team_id})
    assert named.status_code == 200
    assert laboratory.api.admin.put("/v1/aliases/bot", json=body, headers={"X-Team": other}).status_code == 404


def test_a_removed_alias_is_gone_and_its_history_is_not(laboratory: Laboratory, connection: str) -> None:
    laboratory.lead.put("/v1/aliases/bot", json={"model_id": tuned(laboratory, connection)})
    assert laboratory.lead.delete("/v1/aliases/bot").status_code == 204
    assert laboratory.member.get("/v1/aliases/bot").status_code == 404
    assert laboratory.lead.delete("/v1/aliases/bot").status_code == 404
    assert len(laboratory.member.get("/v1/aliases/bot/history").json()["data"]) == 1


def test_a_model_that_an_alias_serves_is_not_retired(laboratory: Laboratory, connection: str) -> None:
    model = tuned(laboratory, connection)
    laboratory.lead.put("/v1/aliases/bot", json={"model_id": model})
    refused = laboratory.lead.delete(f"/v1/models/{model}")
    assert (refused.status_code, refused.json()["aliases"]) == (409, ["bot"])
    laboratory.lead.delete("/v1/aliases/bot")
    assert laboratory.lead.delete(f"/v1/models/{model}").status_code == 204
    assert laboratory.member.get(f"/v1/models/{model}").json()["status"] == "retired"
    gone = laboratory.lead.put("/v1/aliases/bot", json={"model_id": model})
    assert (gone.status_code, gone.json()["code"]) == (410, "model_retired")


def test_retiring_and_promoting_at_once_never_leave_an_alias_without_a_model(
    laboratory: Laboratory, connection: str
) -> None:
    for round_ in range(5):
        model = tuned(laboratory, connection, f"race{round_}")
        with ThreadPoolExecutor(2) as pool:
            put = pool.submit(laboratory.lead.put, f"/v1/aliases/bot{round_}", json={"model_id": model})
            delete = pool.submit(laboratory.lead.delete, f"/v1/models/{model}")
        assert (put.result().status_code, delete.result().status_code) in ((200, 409), (410, 204))


@pytest.mark.parametrize("name", ["Support", "model_01h455vb4pex5vsknk084sn02q", "a" * 65, "-bot", "b%20t"])
def test_a_name_that_is_none_is_refused(laboratory: Laboratory, name: str) -> None:
    assert laboratory.member.get(f"/v1/aliases/{name}").status_code == 422


def test_another_teams_alias_and_model_are_not_there(laboratory: Laboratory, connection: str) -> None:
    model = tuned(laboratory, connection)
    laboratory.lead.put("/v1/aliases/bot", json={"model_id": model})
    stranger = laboratory.api.lead(str(laboratory.api.team("others")["id"]))
    for answer in (
        stranger.get("/v1/aliases/bot"),
        stranger.get("/v1/aliases/bot/history"),
        stranger.put("/v1/aliases/theirs", json={"model_id": model}),
        stranger.delete("/v1/aliases/bot"),
        stranger.delete(f"/v1/models/{model}"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
