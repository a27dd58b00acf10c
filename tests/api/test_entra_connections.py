"""Azure by Entra ID: an application's secret goes in only, its tokens serve instead of a key, neither goes to another host."""

from typing import Any

from tests.support.api import Api
from tests.support.office import Office
from tests.support.wire import says, wire

SECRET = "secret-sandbox-canary-1234"
ENTRA = {"tenant_id": "tenant", "client_id": "client", "client_secret": SECRET}
MANAGEMENT = {"subscription_id": "sub", "resource_group": "group", "account": "acc"}


def azure(**other: Any) -> dict[str, Any]:
    wanted = {"name": "azure", "provider": "azure", "base_url": "https://acme.openai.azure.com"}
    return wanted | {"credential": "az-sandbox-of-mine"} | other


def by_token(**other: Any) -> dict[str, Any]:
    return azure(credential=None, credential_kind="entra", entra=ENTRA) | other


def test_a_secret_never_comes_out(api: Api) -> None:
    made = api.admin.post("/v1/connections", json=azure(entra=ENTRA, management=MANAGEMENT))
    assert made.status_code == 201, made.text
    shown = made.json()
    assert shown["entra"] == {
        "kind": "application",
        "tenant_id": "tenant",
        "client_id": "client",
        "authority_url": "https://login.microsoftonline.com",
    }
    assert shown["management"] == MANAGEMENT | {"arm_url": "https://management.azure.com"}
    assert (shown["client_secret_hint"], shown["credential_hint"]) == ("…1234", "…mine")
    stored = api.sql("SELECT to_jsonb(c)::text FROM connections c") + api.sql("SELECT detail::text FROM audit_entries")
    answers = [
        made,
        api.admin.get("/v1/connections"),
        api.admin.get("/v1/audit"),
        api.admin.post("/v1/connections", json=azure(entra=ENTRA)),
    ]
    for text in (*(answer.text for answer in answers), str(stored)):
        assert SECRET not in text
    summary = api.lead(api.team()["id"]).get(f"/v1/connections/{shown['id']}").json()
    assert {"entra", "management", "client_secret_hint"}.isdisjoint(summary)


WRONG: list[tuple[dict[str, Any], str]] = [
    (azure(credential=None), "/credential"),
    (azure(credential_kind="entra", entra=ENTRA), "/credential"),
    (azure(credential=None, credential_kind="entra"), "/entra"),
    (azure(management=MANAGEMENT), "/entra"),
    (azure(entra=ENTRA | {"client_secret": "short"}), "/entra/client_secret"),
    (azure(entra=ENTRA | {"authority_url": "http://example.com"}), "/entra/authority_url"),
    (azure(entra=ENTRA, management=MANAGEMENT | {"arm_url": "http://example.com"}), "/management/arm_url"),
    (azure(entra=ENTRA, management=MANAGEMENT | {"arm_url": "https://169.254.169.254"}), "/management/arm_url"),
    (azure(entra=ENTRA, management=MANAGEMENT | {"account": "../other"}), "/management/account"),
    (azure(provider="openai", entra=ENTRA), "/entra"),
    (by_token(provider="openai"), "/credential_kind"),
    (azure(max_running=-1), "/max_running"),
]


def test_what_does_not_belong_together_is_refused_where_it_stands(api: Api) -> None:
    for wanted, pointer in WRONG:
        refused = api.admin.post("/v1/connections", json=wanted)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
        assert SECRET not in refused.text


def test_nothing_stored_is_sent_to_another_address(api: Api) -> None:
    path = "/v1/connections/" + api.admin.post("/v1/connections", json=by_token()).json()["id"]
    elsewhere = MANAGEMENT | {"arm_url": "https://arm.example.com"}
    for change, pointer in (
        ({"base_url": "https://evil.example.com"}, "/entra"),
        ({"management": MANAGEMENT}, "/entra"),
        ({"management": elsewhere}, "/entra"),
        ({"credential": "az-sandbox-of-mine"}, "/credential"),
    ):
        refused = api.admin.patch(path, json=change)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
    moved = {"base_url": "https://other.openai.azure.com", "entra": ENTRA, "management": elsewhere}
    assert api.admin.patch(path, json=moved).json()["management"] == elsewhere
    same = api.admin.patch(path, json={"management": elsewhere | {"account": "acc2"}})
    assert same.json()["management"]["account"] == "acc2", "the address is the one that it was given for"


def test_limits_are_the_accounts_own_or_its_providers(api: Api) -> None:
    made = api.admin.post("/v1/connections", json=azure(max_running=5)).json()
    assert (made["max_running"], made["max_queued"], made["max_deployments"]) == (5, None, None)
    changed = api.admin.patch(f"/v1/connections/{made['id']}", json={"max_queued": 0}).json()
    assert (changed["max_running"], changed["max_queued"]) == (5, 0)


def test_an_authority_that_asks_to_wait_has_said_nothing_of_the_secret(api: Api) -> None:
    with wire(says({}, 429, retry_after="7")) as authority:
        made = api.admin.post("/v1/connections", json=by_token(entra=ENTRA | {"authority_url": authority.url})).json()
        api.admin.post(f"/v1/connections/{made['id']}/check")
    assert len(authority.asked) == 1
    assert api.admin.get(f"/v1/connections/{made['id']}").json()["health"] == "unchecked"


def test_tokens_serve_a_whole_job_and_jobs_of_a_refused_application_wait_for_another_secret(office: Office) -> None:
    wrong = office.entra("secret-that-is-wrong")
    connection = office.azure(credential=None, credential_kind="entra", entra=wrong)
    seen = office.lab.api.admin.get(f"/v1/connections/{connection}").json()
    assert (seen["health"], "AADSTS7000215" in seen["health_detail"]) == ("unhealthy", True)
    job = office.submit(office.dataset(), connection_id=connection)
    office.drain()
    waiting = office.job(job)
    assert waiting["status"] == "queued", "the check has found it out before anything was sent"
    assert "left alone" in waiting["queue"]["reason"]
    before = tokens(office)
    office.lab.api.admin.patch(f"/v1/connections/{connection}", json={"entra": office.entra()})
    assert office.finish(job)["status"] == "succeeded"
    assert tokens(office) == before + 1, "one serves for everything"


def tokens(office: Office) -> int:
    """How often the authority was asked."""
    return int(office.lab.sandbox.get("/requests", account=office.tenant)["requests"]["token"])
