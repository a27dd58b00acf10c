"""Who may deploy what, what becomes of one that nobody asks, and what a deployment is held by."""

from typing import Any

from tests.deployments.landing import Landing

HOUR = 3600
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"capacity": 0}, "/capacity"),
    ({"name": "Not A Name"}, "/name"),
    ({"connection_id": "conn_01h455vb4pex5vsknk084sn02q"}, "/connection_id"),
    ({"delete_when_idle_days": 0}, "/delete_when_idle_days"),
]


def age(landing: Landing, days: float) -> None:
    """As if it had become ready, and last been asked, so long ago: its hours in between are none of these tests' business."""
    landing.office.lab.api.sql(
        "UPDATE deployments SET ready_at = ready_at - make_interval(hours => %s), "
        "last_asked_at = last_asked_at - make_interval(hours => %s), due_at = tw_now()",
        int(days * 24),
        int(days * 24),
    )


def told(landing: Landing, kind: str = "deployment.idle") -> int:
    return [kind for kind, _ in landing.office.lab.told()].count(kind)


def test_what_was_not_ordered_before_the_team_lost_the_connection_is_not_ordered(landing: Landing) -> None:
    made = landing.deploy()
    api = landing.office.lab.api
    assert api.admin.patch(f"/v1/connections/{landing.connection}", json={"teams": []}).status_code == 200
    ended = landing.until(made["id"], "failed")
    assert (ended["reason_code"], "closed to the team" in ended["reason"]) == ("barred", True)
    assert landing.standing() == []


# --- in use? ------------------------------------------------------------------------------------------------------------
def test_an_idle_one_is_told_of_and_then_deleted_by_its_policy(landing: Landing) -> None:
    made = landing.ready(delete_when_idle_days=4)
    age(landing, 1.9)
    landing.office.drain()
    assert told(landing) == 0
    age(landing, 0.2)
    landing.office.drain()
    landing.office.drain()
    assert (told(landing), landing.look(made["id"])["status"]) == (1, "ready"), "halfway, once"
    assert landing.ask().status_code == 200
    age(landing, 3.9)
    landing.office.drain()
    assert (told(landing), landing.look(made["id"])["status"]) == (2, "ready"), "the prompt has begun it anew"
    age(landing, 0.2)
    gone = landing.until(made["id"], "deleted", 6)
    assert (gone["reason_code"], landing.standing()) == ("idle", [])
    assert ("deployment.deleted", made["id"]) in landing.office.lab.told()


def test_without_a_policy_an_idle_one_is_only_told_of_until_azure_deletes_it(landing: Landing) -> None:
    made = landing.ready()
    age(landing, 7)
    landing.office.drain()
    assert (told(landing), landing.look(made["id"])["status"], landing.look(made["id"])["delete_at"]) == (
        1,
        "ready",
        None,
    )
    landing.office.lab.sandbox.post("/clock", {"advance_seconds": 15 * 24 * HOUR})
    age(landing, 8)
    gone = landing.until(made["id"], "deleted")
    assert gone["reason_code"] == "idle_at_provider"
    assert landing.budget("held_usd") == 0


def test_an_archived_teams_deployment_is_deleted(landing: Landing) -> None:
    made = landing.ready()
    assert landing.office.lab.api.admin.delete(f"/v1/teams/{landing.office.lab.team_id}").status_code == 204
    for _ in range(3):
        landing.office.pass_time(300)
        landing.office.drain()
    assert landing.standing() == []
    assert landing.office.lab.api.sql("SELECT id, status, reason_code FROM deployments") == [
        (made["id"], "deleted", "team_archived")
    ]
    assert landing.office.lab.held() == 0


# --- what holds it ------------------------------------------------------------------------------------------------------
def test_what_an_alias_answers_from_goes_by_force_only_and_what_costs_is_not_retired(landing: Landing) -> None:
    made = landing.ready()
    lead, path = landing.office.lab.lead, f"/v1/deployments/{made['id']}"
    assert lead.put("/v1/aliases/bot", json={"model_id": landing.model["id"]}).status_code == 200
    assert landing.ask("bot").json()["model"] == "bot"
    refused = lead.delete(path)
    assert (refused.status_code, refused.json()["aliases"]) == (409, ["bot"])
    assert landing.remove(made["id"], force=True)["status"] == "deleted"
    assert landing.ask("bot").json()["error"]["code"] == "not_deployed"
    assert lead.delete(path).json()["status"] == "deleted", "again changes nothing"
    assert lead.delete("/v1/aliases/bot").status_code == 204
    again = landing.deploy()
    refused = lead.delete(f"/v1/models/{landing.model['id']}")
    assert (refused.status_code, refused.json()["deployments"]) == (409, [again["id"]])
    landing.office.drain()
    landing.remove(again["id"])
    named = {"deployments": {landing.model["provider_model"]: "made-by-hand"}}
    landing.office.lab.api.admin.patch(f"/v1/connections/{landing.connection}", json=named)
    assert landing.ask().json()["error"]["code"] != "not_deployed", "Azure was asked, and says what it knows"
    assert lead.delete(f"/v1/models/{landing.model['id']}").status_code == 204
    assert landing.order().json()["code"] == "model_retired"


# --- who may, and what --------------------------------------------------------------------------------------------------
def test_a_resource_has_room_for_so_many_and_is_managed_while_they_stand(landing: Landing) -> None:
    api = landing.office.lab.api
    limited = api.admin.patch(f"/v1/connections/{landing.connection}", json={"max_deployments": 1})
    assert limited.json()["max_deployments"] == 1
    first = landing.deploy()
    refused = landing.order()
    assert (refused.status_code, refused.json()["code"], refused.json()["used"]) == (429, "quota_exceeded", 1)
    other = api.team("sales")["id"]
    theirs = landing.office.lab.model(landing.connection, f"{landing.model['provider_model']}-2", other)
    assert api.lead(other).post("/v1/deployments", json={"model": theirs}).json()["code"] == "quota_exceeded"
    same = landing.office.management()
    path = f"/v1/connections/{landing.connection}"
    assert api.admin.patch(path, json={"management": same}).status_code == 200
    moved = api.admin.patch(path, json={"management": same | {"account": "another"}})
    assert (moved.status_code, moved.json()["deployments"]) == (409, 1), "it would be taken for gone, and go on costing"
    landing.office.drain()
    landing.remove(first["id"])
    landing.deploy()


def test_leads_deploy_members_look_and_a_wrong_order_is_refused_where_it_is_wrong(landing: Landing) -> None:
    for wrong, pointer in WRONG:
        refused = landing.order(**wrong)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
    assert landing.office.member.post("/v1/deployments", json={"model": landing.model["id"]}).status_code == 403
    made = landing.deploy()
    path = f"/v1/deployments/{made['id']}"
    assert landing.office.member.delete(path).status_code == 403
    assert [one["id"] for one in landing.office.look("/deployments?status=creating")["data"]] == [made["id"]]
    assert landing.office.look("/deployments?status=ready")["data"] == []
    stranger = landing.office.lab.api.lead(landing.office.lab.api.team("sales")["id"])
    for answer in (
        stranger.get(path),
        stranger.delete(path),
        stranger.post("/v1/deployments", json={"model": made["model"]}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_only_azure_has_deployments_and_only_where_it_is_managed(landing: Landing) -> None:
    lab = landing.office.lab
    at_openai = lab.model(landing.office.openai(), "ft:gpt-4.1:x::y")
    refused = landing.order(model=at_openai)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/model")
    unmanaged = lab.model(landing.office.azure(name="unmanaged"), "gpt-4.1-2025-04-14.ft-ab")
    assert (landing.order(model=unmanaged).json()["code"]) == "conflict"
    landing.deploy(name="taken")
    assert landing.order(name="taken").json()["name"] == "taken"
    lab.api.admin.delete(f"/v1/connections/{landing.connection}")
    assert "out of use" in landing.order().json()["detail"]
