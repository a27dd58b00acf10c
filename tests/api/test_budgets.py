"""Budgets as they are set and seen; what they refuse is tested with holds."""

from tests.support.api import Api


def test_without_a_limit_nothing_is_left_to_tell(api: Api) -> None:
    shown = api.admin.get("/v1/budgets").json()
    assert (shown["monthly_limit_usd"], shown["spent_usd"], shown["held_usd"], shown["left_usd"]) == (
        None,
        "0.00",
        "0.00",
        None,
    )


def test_a_limit_is_set_and_taken_away(api: Api) -> None:
    team = api.team()["id"]
    for path in ("/v1/budgets", f"/v1/teams/{team}/budget"):
        put = api.admin.put(path, json={"monthly_limit_usd": "250.123456789"})
        assert put.json()["left_usd"] == "250.123456789"
        assert api.admin.get(path).json() == put.json()
        assert api.admin.put(path, json={"monthly_limit_usd": None}).json()["left_usd"] is None


def test_money_is_a_plain_decimal_text(api: Api) -> None:
    wrong: list[object] = ["-1", "1.0000000001", "1e3", "", "NaN", "9999999999999", "1,5", "٣", "--1", "1.2.3", " 1"]
    for amount in (*wrong, 5, 5.5, True):
        answer = api.admin.put("/v1/budgets", json={"monthly_limit_usd": amount})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), amount
        assert answer.json()["errors"][0]["pointer"].startswith("/monthly_limit_usd")


def test_a_team_sees_its_own_budget_and_sets_none(api: Api) -> None:
    mine, other = api.team("support")["id"], api.team("sales")["id"]
    lead = api.lead(mine)
    assert lead.get(f"/v1/teams/{mine}/budget").status_code == 200
    assert lead.get(f"/v1/teams/{other}/budget").status_code == 404
    assert lead.put(f"/v1/teams/{mine}/budget", json={"monthly_limit_usd": "1"}).status_code == 403
    assert lead.get("/v1/budgets").status_code == 403


def test_a_team_that_is_not_there_has_no_budget(api: Api) -> None:
    missing = "/v1/teams/team_01h455vb4pex5vsknk084sn02q/budget"
    assert api.admin.get(missing).status_code == 404
    assert api.admin.put(missing, json={"monthly_limit_usd": "1"}).status_code == 404
