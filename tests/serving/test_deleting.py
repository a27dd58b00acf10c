"""A model is deleted where it lies: never under an alias, and again if the provider did not do it the first time."""

from tests.support.laboratory import Laboratory, rows, train


def test_what_an_alias_serves_is_not_deleted_and_what_broke_off_is_repeated(laboratory: Laboratory) -> None:
    lab, connection = laboratory, laboratory.connection()
    tuned = train(lab.sandbox, lab.account, rows("support_triage", held_out=True))
    path = f"/v1/models/{lab.model(connection, tuned)}"
    lab.lead.post(f"{path}/promote", json={"alias": "triage-bot"})
    assert lab.member.delete(f"{path}/weights").status_code == 403
    refused = lab.lead.delete(f"{path}/weights")
    assert (refused.status_code, refused.json()["aliases"]) == (409, ["triage-bot"])
    lab.lead.delete("/v1/aliases/triage-bot")
    away = {"kind": "status", "operation": "delete_model", "account": lab.account, "parameters": {"status": 503}}
    lab.sandbox.post("/faults", away)
    assert lab.lead.delete(f"{path}/weights").json()["code"] == "provider_unavailable"
    seen = lab.member.get(path).json()
    assert (seen["status"], seen["deleted_at"]) == ("retired", None)
    for _ in range(2):
        assert lab.lead.delete(f"{path}/weights").status_code == 204
    assert lab.member.get(path).json()["deleted_at"] is not None
    assert tuned not in str(
        lab.sandbox.http.get("/v1/models", headers={"Authorization": f"Bearer {lab.account}"}).json()
    )
