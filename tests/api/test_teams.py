"""Teams, as admins and others see them."""

from tests.support.api import Api


def test_an_admin_makes_a_team(api: Api) -> None:
    made = api.admin.post("/v1/teams", json={"name": "  support "})
    assert made.status_code == 201
    assert made.json()["name"] == "support"
    assert api.admin.get(f"/v1/teams/{made.json()['id']}").json() == made.json()


def test_two_teams_cannot_have_one_name(api: Api) -> None:
    api.team("support")
    again = api.admin.post("/v1/teams", json={"name": "support"})
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert again.headers["content-type"] == "application/problem+json"


def test_a_member_sees_the_own_team_only(api: Api) -> None:
    mine, other = api.team("support"), api.team("sales")
    member = api.member(mine["id"])
    assert [team["id"] for team in member.get("/v1/teams").json()["data"]] == [mine["id"]]
    foreign = member.get(f"/v1/teams/{other['id']}")
    missing = member.get("/v1/teams/team_01h455vb4pex5vsknk084sn02q")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json() == missing.json()


def test_a_renamed_team_keeps_its_id(api: Api) -> None:
    team = api.team("support")
    renamed = api.admin.patch(f"/v1/teams/{team['id']}", json={"name": "care"})
    assert renamed.json() == team | {"name": "care"}


def test_an_archived_team_can_do_nothing(api: Api) -> None:
    team = api.team()
    member = api.member(team["id"])
    assert member.get("/v1/me").status_code == 200
    assert api.admin.delete(f"/v1/teams/{team['id']}").status_code == 204
    assert member.get("/v1/me").status_code == 401
    files = {"file": ("a.jsonl", b"{}\n")}
    late = api.admin.post("/v1/datasets", data={"name": "late"}, files=files, headers={"X-Team": team["id"]})
    assert (late.status_code, late.json()["code"]) == (409, "conflict")
    assert api.admin.post(f"/v1/teams/{team['id']}/keys", json={"name": "late"}).status_code == 409


def test_only_admins_change_teams(api: Api) -> None:
    team = api.team()
    for caller in (api.member(team["id"]), api.lead(team["id"])):
        assert caller.post("/v1/teams", json={"name": "more"}).json()["code"] == "forbidden"
        assert caller.patch(f"/v1/teams/{team['id']}", json={"name": "more"}).status_code == 403
        assert caller.delete(f"/v1/teams/{team['id']}").status_code == 403


def test_lists_come_in_pages(api: Api) -> None:
    made = [api.team(f"team {number}")["id"] for number in range(5)]
    seen: list[str] = []
    query: dict[str, str] = {"limit": "2"}
    while True:
        page = api.admin.get("/v1/teams", params=query).json()
        assert len(page["data"]) <= 2
        seen += [team["id"] for team in page["data"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert seen == sorted(made, reverse=True)
