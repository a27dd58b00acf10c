"""Keys: who makes them, what they open, how they end."""

import pytest

from shared.teams import keys
from tests.support.api import Api


def test_a_secret_is_shown_once_and_only_its_hash_is_kept(api: Api) -> None:
    team = api.team()["id"]
    made = api.admin.post(f"/v1/teams/{team}/keys", json={"name": "ci"}).json()
    assert keys.is_well_formed(made["secret"])
    listed = api.admin.get(f"/v1/teams/{team}/keys").json()["data"]
    assert listed == [{name: value for name, value in made.items() if name != "secret"}]
    everything = str(api.sql("SELECT to_jsonb(k) FROM keys k")) + str(
        api.sql("SELECT to_jsonb(a) FROM audit_entries a")
    )
    assert made["secret"] not in everything


def test_a_key_knows_what_it_is(api: Api) -> None:
    team = api.team()["id"]
    assert api.lead(team).get("/v1/me").json() | {"key_id": ""} == {
        "key_id": "",
        "role": "lead",
        "name": "lead",
        "team_id": team,
    }
    assert api.admin.get("/v1/me").json()["team_id"] is None
    assert api.admin.get("/v1/me", headers={"X-Team": team}).json()["team_id"] == team


def test_a_key_of_one_team_cannot_act_for_another(api: Api) -> None:
    mine, other = api.team("support")["id"], api.team("sales")["id"]
    answer = api.member(mine).get("/v1/me", headers={"X-Team": other})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert api.admin.get("/v1/me", headers={"X-Team": "team_01h455vb4pex5vsknk084sn02q"}).status_code == 404


def test_a_lead_makes_the_teams_keys_and_a_member_does_not(api: Api) -> None:
    mine, other = api.team("support")["id"], api.team("sales")["id"]
    lead, member = api.lead(mine), api.member(mine)
    assert lead.post(f"/v1/teams/{mine}/keys", json={"name": "x", "role": "lead"}).status_code == 201
    assert lead.post(f"/v1/teams/{mine}/keys", json={"name": "x", "role": "admin"}).status_code == 422
    assert lead.post(f"/v1/teams/{other}/keys", json={"name": "x"}).status_code == 404
    assert lead.post("/v1/keys", json={"name": "x"}).status_code == 403
    assert member.post(f"/v1/teams/{mine}/keys", json={"name": "x"}).status_code == 403
    assert member.get(f"/v1/teams/{mine}/keys").status_code == 403


def test_a_rotated_key_hands_over_at_once(api: Api) -> None:
    team = api.team()["id"]
    made = api.admin.post(f"/v1/teams/{team}/keys", json={"name": "ci"}).json()
    old = api.client(made["secret"])
    rotated = old.post(f"/v1/keys/{made['id']}/rotate")
    assert rotated.status_code == 201
    assert old.get("/v1/me").status_code == 401
    assert api.client(rotated.json()["secret"]).get("/v1/me").json()["name"] == "ci"
    assert api.admin.post(f"/v1/keys/{made['id']}/rotate").status_code == 409


@pytest.mark.parametrize("role", ["member", "lead"])
def test_another_teams_key_is_not_found(api: Api, role: str) -> None:
    mine, other = api.team("support")["id"], api.team("sales")["id"]
    api.key(other)
    foreign = api.admin.get(f"/v1/teams/{other}/keys").json()["data"][0]["id"]
    caller = api.client(api.key(mine, role))
    for method, path in (("DELETE", "/v1/keys/{}"), ("POST", "/v1/keys/{}/rotate")):
        answer = caller.request(method, path.format(foreign))
        missing = caller.request(method, path.format("key_01h455vb4pex5vsknk084sn02q"))
        assert (answer.status_code, answer.json()) == (404, missing.json())


def test_a_member_may_end_its_own_key_only(api: Api) -> None:
    team = api.team()["id"]
    member, colleague = api.member(team), api.member(team)
    own, others = member.get("/v1/me").json()["key_id"], colleague.get("/v1/me").json()["key_id"]
    assert member.delete(f"/v1/keys/{others}").status_code == 404
    assert member.delete(f"/v1/keys/{own}").status_code == 204
    assert member.get("/v1/me").status_code == 401


def test_the_last_admins_key_stays(api: Api) -> None:
    own = api.admin.get("/v1/me").json()["key_id"]
    refused = api.admin.delete(f"/v1/keys/{own}")
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    second = api.admin.post("/v1/keys", json={"name": "second"}).json()
    assert [key["name"] for key in api.admin.get("/v1/keys").json()["data"]] == ["second", "first admin"]
    assert api.admin.delete(f"/v1/keys/{own}").status_code == 204
    assert api.client(second["secret"]).get("/v1/me").json()["role"] == "admin"


def test_the_audit_tells_who_did_what(api: Api) -> None:
    team = api.team()["id"]
    api.key(team)
    entries = api.admin.get("/v1/audit").json()["data"]
    assert [entry["action"] for entry in entries] == ["key.create", "team.create"]
    assert {entry["key_id"] for entry in entries} == {api.admin.get("/v1/me").json()["key_id"]}
    assert api.lead(team).get("/v1/audit").status_code == 403
    first = api.admin.get("/v1/audit?limit=1").json()
    rest = api.admin.get("/v1/audit", params={"cursor": first["next_cursor"]}).json()
    assert first["data"][0]["id"] > rest["data"][0]["id"]
