"""A connection without any secret: the machine gives out tokens, and only Azure's own hosts are shown them."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from shared.providers.base import ProviderError, Rejected, Throttled, Unavailable
from shared.providers.entra.sources import source_of
from shared.providers.identity import Machine, ManagedIdentity, WorkloadIdentity
from tests.support.api import Api, api_on, settings_for
from tests.support.database import Database
from tests.support.office import Office
from tests.support.wire import Answer, Wire, says, wire

MANAGED = {"kind": "managed_identity", "client_id": "identity-of-mine"}
TOKEN = "entra-sandbox-given-by-the-machine"


def given(**more: Any) -> Answer:
    """As a virtual machine answers: its numbers are texts."""
    return says({"access_token": TOKEN, "expires_in": "86399", "token_type": "Bearer", **more})


@pytest.fixture
def machine() -> Iterator[Wire]:
    with wire(given(), given(), given()) as answering:
        yield answering


@pytest.fixture
def api(database: Database, redis_url: str, tmp_path: Path, machine: Wire) -> Iterator[Api]:
    told = {"identity_endpoint": f"{machine.url}/metadata/identity/oauth2/token", "identity_hosts": "127.0.0.1"}
    with api_on(database, settings_for(database, redis_url, tmp_path).model_copy(update=told)) as up:
        yield up


def by_machine(office: Office, **more: Any) -> str:
    return office.managed(**{"credential": None, "credential_kind": "entra", "entra": MANAGED} | more)


def test_the_machines_own_token_serves_and_no_secret_is_kept(office: Office, machine: Wire) -> None:
    connection = by_machine(office)
    shown = office.lab.api.admin.get(f"/v1/connections/{connection}").json()
    assert (shown["health"], shown["stands_in"], shown["entra"]["kind"]) == (
        "healthy",
        "swedencentral",
        "managed_identity",
    )
    assert (shown["client_secret_hint"], shown["credential_hint"]) == (None, "managed identity")
    data_plane, manager = machine.asked
    assert (data_plane.method, data_plane.headers["metadata"]) == ("GET", "true")
    assert data_plane.query == {
        "api-version": ["2018-02-01"],
        "resource": ["https://cognitiveservices.azure.com"],
        "client_id": ["identity-of-mine"],
    }
    assert manager.query["resource"] == [f"{office.lab.sandbox.url}/arm"]
    assert office.lab.api.sql("SELECT sealed_client_secret FROM connections") == [(None,)]


def test_its_tokens_are_shown_to_nobody_whom_an_admin_could_choose(office: Office, machine: Wire) -> None:
    admin, wanted = office.lab.api.admin, {"provider": "azure", "credential_kind": "entra", "entra": MANAGED}
    elsewhere = {"name": "mine", "base_url": "https://evil.example.com"} | wanted
    here = {"name": "azure", "base_url": "https://127.0.0.1"} | wanted
    manager = {"management": office.management() | {"arm_url": "https://arm.example.com"}}
    for body, pointer in (
        (elsewhere, "/base_url"),
        (here | manager, "/management/arm_url"),
        (here | {"entra": MANAGED | {"client_secret": "secret-sandbox-of-mine"}}, "/entra"),
        (here | {"entra": {"kind": "application"}}, "/entra"),
        (here | {"entra": {"kind": "workload_identity", "tenant_id": "t", "client_id": "c"}}, "/entra/kind"),
    ):
        refused = admin.post("/v1/connections", json=body)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer), refused.text
    path = f"/v1/connections/{by_machine(office)}"
    moved = admin.patch(path, json={"base_url": "https://evil.example.com", "entra": MANAGED})
    assert moved.json()["errors"][0]["pointer"] == "/base_url"
    office.lab.api.sql(
        "UPDATE connections SET base_url = replace(base_url, '127.0.0.1', 'localhost'), due_at = tw_now()"
    )
    office.drain()
    detail = admin.get(path).json()["health_detail"]
    assert "not shown to localhost: TUNEWRIGHT_IDENTITY_HOSTS" in detail, (
        "the installation names fewer hosts than before"
    )
    assert len(machine.asked) == 2, "for the resource and for its manager, at the first check"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (says({"error": "invalid_request", "error_description": "Identity not found"}, 400), Rejected),
        (says({"statusCode": 400, "message": "No identity"}, 400), Rejected),
        (says({}, 429, retry_after="3"), Throttled),
        (says({}, 404), Unavailable),
        (says({}, 410), Unavailable),
        (says(b"<html>", 403), Unavailable),
        (says({"access_token": TOKEN}), Unavailable),
    ],
)
def test_what_prevents_a_token_is_one_of_three(answer: Answer, expected: type[ProviderError]) -> None:
    with wire(answer) as machine, pytest.raises(expected) as prevented:
        source_of(identity(machine)).token("https://management.azure.com/.default")
    if isinstance(prevented.value, Rejected):
        assert prevented.value.credential, "an admin has to give the machine its identity"


def test_app_service_is_asked_in_its_own_way_and_says_until_when() -> None:
    with wire(says({"access_token": TOKEN, "expires_on": "4102444800"})) as machine:
        mine = identity(machine)
        source = source_of(replace(mine, client_id=None, machine=replace(mine.machine, header="header-canary")))
        assert [source.token("https://management.azure.com/.default") for _ in range(2)] == [TOKEN] * 2
    (asked,) = machine.asked
    assert (asked.headers["x-identity-header"], "metadata" in asked.headers) == ("header-canary", False)
    assert asked.query == {"api-version": ["2019-08-01"], "resource": ["https://management.azure.com"]}


def identity(machine: Wire) -> ManagedIdentity:
    return ManagedIdentity(uuid.uuid4().hex, Machine(machine.url))


def test_a_workload_shows_what_its_cluster_wrote_last(tmp_path: Path) -> None:
    file = tmp_path / "token"
    with wire(given(), given()) as authority:
        machine = Machine(token_file=str(file), authority_url=authority.url)
        source = source_of(WorkloadIdentity(uuid.uuid4().hex, "client", machine))
        with pytest.raises(Unavailable):
            source.token("https://management.azure.com/.default")
        for vouched in ("first-canary", "second-canary"):
            file.write_text(f"{vouched}\n")
            assert source.token("https://management.azure.com/.default") == TOKEN
            source.forget("https://management.azure.com/.default")
    shown = [parse_qs(asked.body.decode()) for asked in authority.asked]
    assert [one["client_assertion"] for one in shown] == [["first-canary"], ["second-canary"]]
    assert {one["client_assertion_type"][0] for one in shown} == {
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    }
