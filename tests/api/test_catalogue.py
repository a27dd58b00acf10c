"""What can be trained today: what a provider tells at a connection's check comes before what was once announced."""

from typing import Any

from tests.support.api import Api
from tests.support.wire import says, wire

NO_JOBS = {"object": "list", "data": [], "has_more": False}
FAR, PAST = "2999-01-01", "2001-01-01"


def connected(api: Api, url: str) -> str:
    body = {"name": "main", "provider": "openai", "base_url": f"{url}/v1", "credential": "sk-a-key-of-no-one"}
    made = api.admin.post("/v1/connections", json=body)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def offered(api: Api) -> dict[str, Any]:
    return {offer["model"]: offer["shutdown_date"] for offer in api.admin.get("/v1/catalogue").json()["data"]}


def models(**days: str | None) -> dict[str, Any]:
    data = [{"id": f"{name.replace('_', '-')}", "shutdown_date": day} for name, day in days.items()]
    return {"object": "list", "data": data, "has_more": False}


def test_the_providers_own_list_decides_what_is_offered(api: Api) -> None:
    listed = models(gpt_4o_2024_08_06=FAR, gpt_4o_mini_2024_07_18=PAST)
    with wire(says(NO_JOBS), says(listed)) as server:
        checked = api.admin.post(f"/v1/connections/{connected(api, server.url)}/check").json()
    assert checked["health"] == "healthy"
    assert checked["models"]["gpt-4o-2024-08-06"] == {"trainable": None, "shutdown_date": FAR}
    assert offered(api) == {"gpt-4o-2024-08-06": FAR}


def test_a_key_that_may_not_list_models_leaves_what_was_announced(api: Api) -> None:
    refusal = {"error": {"message": "no", "type": "invalid_request_error", "param": None, "code": "missing_scope"}}
    with wire(says(NO_JOBS), says(refusal, 403)) as server:
        connection = connected(api, server.url)
        announced = offered(api)
        checked = api.admin.post(f"/v1/connections/{connection}/check").json()
    assert (checked["health"], checked["models"]) == ("healthy", {})
    assert offered(api) == announced
