"""Connections: made by admins, checked against a provider, never giving their credential away."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from shared.connections import checks, queries
from shared.connections.credentials import Vault
from shared.connections.outages import close_training, note_refusal
from shared.db import Database
from shared.ids import ConnectionId
from shared.queue import Task
from shared.storage import storage_from
from tests.sandbox.server import Running, running
from tests.support.api import Api
from worker.connections import check_connection
from worker.context import Context
from worker.sweeps import due
from worker.task import run


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    with running("--speed", "6000") as server:
        yield server


def openai(url: str, **other: object) -> dict[str, Any]:
    credential = f"sk-sandbox-{uuid.uuid4().hex}"
    return {"name": "main", "provider": "openai", "base_url": f"{url}/v1", "credential": credential} | other


def azure(url: str, **other: object) -> dict[str, Any]:
    address = f"{url}/azure/r{uuid.uuid4().hex}"
    wanted = {"name": "azure", "provider": "azure", "base_url": address, "credential": "az-sandbox-of-mine"}
    return wanted | {"api_version": "2025-04-01-preview"} | other


def made(api: Api, wanted: dict[str, Any]) -> dict[str, Any]:
    answer = api.admin.post("/v1/connections", json=wanted)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


@pytest.fixture
def worker(api: Api) -> Iterator[Context]:
    database = Database(api.database.worker_url, pool_size=3, doorbell=lambda _: None)
    vault = Vault(api.settings.secret_key.get_secret_value())
    yield Context(database, storage_from(api.settings.storage_place), vault, "installation")
    database.engine.dispose()


def test_a_credential_never_comes_out(api: Api) -> None:
    wanted = openai("http://127.0.0.1:1")
    connection = made(api, wanted)
    path = f"/v1/connections/{connection['id']}"
    api.admin.patch(path, json={"credential": "sk-another-secret", "name": "renamed"})
    shown = [api.admin.get(path).text, api.admin.get("/v1/connections").text, api.admin.get("/v1/audit").text]
    stored = api.sql("SELECT to_jsonb(c)::text FROM connections c") + api.sql("SELECT detail::text FROM audit_entries")
    for text in (str(connection), *shown, str(stored)):
        assert wanted["credential"] not in text
        assert "sk-another-secret" not in text
    assert api.admin.get(path).json()["credential_hint"] == "…cret"


def test_a_refused_connection_does_not_echo_its_credential(api: Api) -> None:
    for wrong in ({"base_url": "ftp://x"}, {"credential": "sk-with space-and-more"}, {"unknown": "x"}):
        wanted = openai("http://127.0.0.1:1") | wrong
        answer = api.admin.post("/v1/connections", json=wanted)
        assert answer.status_code == 422
        assert wanted["credential"] not in answer.text


def test_addresses_are_plain(api: Api) -> None:
    for address in (
        "ftp://example.com",
        "https://",
        "https://user:pass@example.com",
        "https://user@example.com",
        "https://example.com?x=1",
        "https://example.com#x",
        "https://example.com:99999",
        "https://exämple.com",
        "https://[::1",
        "http:// example.com",
        "//example.com",
        "https://a..b",
        "https://.example.com",
        "https://-example.com",
        "https://2130706433",
        "https://0x7f.1",
        "https://127.1",
        "https://169.254.169.254/latest",
        "https://[::ffff:169.254.169.254]",
        "https://[fe80::1]",
        "https://metadata.google.internal",
        "https://0.0.0.0",
    ):
        answer = api.admin.post("/v1/connections", json=openai("x", base_url=address))
        assert answer.status_code == 422, address
        assert answer.json()["errors"][0]["pointer"] == "/base_url"


def test_credentials_are_not_sent_in_the_clear(api: Api) -> None:
    for host in ("example.com", "10.0.0.1", "sandbox.example.com", "[2001:db8::1]"):
        wanted = openai(f"http://{host}")
        refused = api.admin.post("/v1/connections", json=wanted)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/base_url"), host
    connection = made(api, openai("http://localhost:1"))
    moved = {"base_url": "http://example.com", "credential": "sk-again-and-again"}
    assert api.admin.patch(f"/v1/connections/{connection['id']}", json=moved).status_code == 422
    assert made(api, openai("https://10.0.0.1", name="inside"))["base_url"] == "https://10.0.0.1/v1"


def test_the_installation_names_hosts_that_may_be_asked_in_the_clear(api: Api) -> None:
    settings = api.settings.model_copy(update={"plain_http_hosts": "vllm.internal, Sandbox"})
    api.app.state.context = replace(api.app.state.context, settings=settings)
    assert made(api, openai("http://sandbox:9000"))["health"] == "unchecked"
    assert api.admin.post("/v1/connections", json=openai("http://other:9000", name="x")).status_code == 422


def test_a_credential_is_long_enough_for_its_hint(api: Api) -> None:
    refused = api.admin.post("/v1/connections", json=openai("https://example.com", credential="sk-short-secret"))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/credential")


def test_names_are_unique_until_archived(api: Api) -> None:
    first = made(api, openai("http://127.0.0.1:1"))
    again = api.admin.post("/v1/connections", json=openai("http://127.0.0.1:1"))
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert api.admin.delete(f"/v1/connections/{first['id']}").status_code == 204
    assert api.admin.get(f"/v1/connections/{first['id']}").status_code == 404
    second = made(api, openai("http://127.0.0.1:1"))
    assert [one["id"] for one in api.admin.get("/v1/connections").json()["data"]] == [second["id"]]


def test_one_that_was_taken_out_of_use_is_checked_no_more(api: Api, worker: Context) -> None:
    connection_id = ConnectionId(made(api, openai("http://127.0.0.1:1"))["id"])
    assert Task.CHECK_CONNECTIONS in due(worker.database)
    assert api.admin.delete(f"/v1/connections/{connection_id}").status_code == 204
    with worker.database.transaction() as db:
        note_refusal(db, connection_id, "One of its last jobs was refused.")
    rested = api.sql("SELECT due_at, resume_at > tw_now() FROM connections")
    assert rested == [(None, True)]
    api.sql("UPDATE connections SET due_at = tw_now()")
    assert Task.CHECK_CONNECTIONS not in due(worker.database)


def test_a_stored_credential_is_not_sent_to_another_address(api: Api) -> None:
    connection = made(api, openai("http://127.0.0.1:1"))
    path = f"/v1/connections/{connection['id']}"
    refused = api.admin.patch(path, json={"base_url": "http://127.0.0.1:2"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/credential")
    moved = api.admin.patch(path, json={"base_url": "http://127.0.0.1:2", "credential": "sk-again-and-again"})
    assert moved.json()["base_url"] == "http://127.0.0.1:2"


def test_teams_see_connections_and_change_none(api: Api) -> None:
    connection = made(api, openai("http://127.0.0.1:1"))
    lead = api.lead(api.team()["id"])
    path = f"/v1/connections/{connection['id']}"
    seen = ("id", "name", "provider", "stands_in", "health", "training_open", "models")
    summary = {name: connection[name] for name in seen}
    assert lead.get(path).json() == summary
    assert lead.get("/v1/connections").json()["data"] == [summary]
    detail = connection | {"poll_lag_seconds": None}
    assert api.admin.get("/v1/connections").json()["data"] == [connection]
    assert api.admin.get(path).json() == detail
    assert api.admin.get(path, headers={"X-Team": api.team("sales")["id"]}).json() == detail
    assert lead.post("/v1/connections", json=openai("http://127.0.0.1:1", name="x")).status_code == 403
    assert lead.patch(path, json={"name": "x"}).status_code == 403
    assert lead.delete(path).status_code == 403
    assert lead.post(f"{path}/check").status_code == 403


@pytest.mark.parametrize("describe", [openai, azure])
def test_a_check_tells_what_the_provider_tells(api: Api, sandbox: Running, describe: Any) -> None:
    connection = made(api, describe(sandbox.url))
    assert connection["health"] == "unchecked"
    checked = api.admin.post(f"/v1/connections/{connection['id']}/check").json()
    assert checked["health"] == "healthy"
    assert checked["checked_at"] is not None
    assert checked["training_open"] is (True if describe is azure else None)
    listed = checked["models"]["gpt-4.1-2025-04-14"]
    assert listed["trainable"] is (True if describe is azure else None)
    assert listed["shutdown_date"] > "2026"


def test_a_wrong_credential_is_unhealthy_and_a_new_one_heals(api: Api, sandbox: Running) -> None:
    connection = made(api, openai(sandbox.url, credential="sk-revoked-at-the-provider"))
    path = f"/v1/connections/{connection['id']}"
    assert api.admin.post(f"{path}/check").json()["health"] == "unhealthy"
    healed = api.admin.patch(path, json={"credential": f"sk-sandbox-{uuid.uuid4().hex}"})
    assert healed.json()["health"] == "unchecked"
    assert api.admin.post(f"{path}/check").json()["health"] == "healthy"


def test_nobody_there_is_unhealthy(api: Api) -> None:
    connection = made(api, openai("http://127.0.0.1:1"))
    checked = api.admin.post(f"/v1/connections/{connection['id']}/check")
    assert (checked.status_code, checked.json()["health"]) == (200, "unhealthy")


def test_the_worker_checks_what_is_due(api: Api, sandbox: Running, worker: Context) -> None:
    made(api, openai(sandbox.url))
    made(api, azure("http://127.0.0.1:1"))
    run(Task.CHECK_CONNECTIONS, worker)
    found = {one["name"]: one["health"] for one in api.admin.get("/v1/connections").json()["data"]}
    assert found == {"main": "healthy", "azure": "unhealthy"}
    assert check_connection(worker) is False, "the next check is in ten minutes"
    assert api.sql("SELECT bool_and(due_at > now() + interval '9 minutes') FROM connections") == [(True,)]


def test_what_a_refused_job_has_taught_outlives_a_check_that_tells_nothing(
    api: Api, sandbox: Running, worker: Context
) -> None:
    connection = made(api, openai(sandbox.url))
    with worker.database.transaction() as db:
        close_training(db, connection["id"], "New fine-tuning is closed for this account")
    path = f"/v1/connections/{connection['id']}"
    checked = api.admin.post(f"{path}/check").json()
    assert (checked["training_open"], checked["health_detail"]) == (False, "New fine-tuning is closed for this account")
    assert api.admin.patch(path, json={"credential": "sk-sandbox-another"}).json()["training_open"] is None


def test_a_check_of_an_older_credential_is_not_recorded(api: Api, sandbox: Running, worker: Context) -> None:
    connection = made(api, openai(sandbox.url))
    with worker.database.reading() as db:
        asked = queries.get_connection(db, connection["id"])
    finding = checks.ask(asked, worker.vault)
    api.admin.patch(f"/v1/connections/{connection['id']}", json={"credential": "sk-sandbox-another"})
    with worker.database.transaction() as db:
        checks.record(db, asked, finding)
    assert api.admin.get(f"/v1/connections/{connection['id']}").json()["health"] == "unchecked"
