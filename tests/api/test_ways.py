"""A connection's proxy and its own authorities: checked when they are entered, and no way to a stored credential."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from api.schemas.addresses import Authorities
from shared.connections.addresses import host_of
from tests.providers.test_ways import Authority
from tests.support.api import Api

PROXY = "http://proxy.internal:3128"


def described(**other: object) -> dict[str, Any]:
    wanted = {
        "name": "own",
        "provider": "compatible",
        "base_url": "https://llm.internal/v1",
        "credential": "ow-0123456789abcdef",
    }
    return wanted | other


def test_a_proxy_and_authorities_are_kept_and_taken_away(api: Api) -> None:
    pem = Authority("ours").pem
    made = api.admin.post("/v1/connections", json=described(proxy_url=PROXY, ca_pem=pem)).json()
    assert (made["proxy_url"], made["ca_pem"]) == (PROXY, pem)
    path, renewed = f"/v1/connections/{made['id']}", {"credential": "ow-again-and-again"}
    assert api.admin.patch(path, json={"name": "renamed"}).json()["proxy_url"] == PROXY
    without = api.admin.patch(path, json={"proxy_url": None, "ca_pem": None} | renewed).json()
    assert (without["proxy_url"], without["ca_pem"]) == (None, None)
    lead = api.lead(api.team()["id"])
    assert not {"proxy_url", "ca_pem", "base_url", "teams", "catalogue"} & lead.get(path).json().keys()


@pytest.mark.parametrize("between", [" ", "\r", "\n  ", "\r\n"])
def test_authorities_are_kept_as_tls_reads_them(between: str) -> None:
    pem = Authority("ours").pem
    assert TypeAdapter(Authorities).validate_python(pem.replace("\n", between)) == pem


@pytest.mark.parametrize("change", [{"proxy_url": "http://elsewhere:3128"}, {"proxy_url": None}, {"ca_pem": None}])
def test_a_stored_credential_does_not_go_by_another_way(api: Api, change: dict[str, Any]) -> None:
    made = api.admin.post("/v1/connections", json=described(proxy_url=PROXY, ca_pem=Authority("ours").pem)).json()
    refused = api.admin.patch(f"/v1/connections/{made['id']}", json=change)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/credential")


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"proxy_url": "http://user:secret@proxy.internal:3128"}, "/proxy_url"),
        ({"proxy_url": "http://169.254.169.254"}, "/proxy_url"),
        ({"proxy_url": "http://proxy.internal/path"}, "/proxy_url"),
        ({"proxy_url": "socks5://proxy.internal"}, "/proxy_url"),
        ({"ca_pem": "no certificate"}, "/ca_pem"),
        ({"ca_pem": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"}, "/ca_pem"),
        ({"ca_pem": (whole := Authority("ours").pem) + whole[: len(whole) // 2]}, "/ca_pem"),
        ({"base_url": "http://127.0.0.1:1", "proxy_url": PROXY}, "/proxy_url"),
        ({"base_url": "http://127.0.0.1:1", "proxy_url": "HTTPS://proxy.internal:3128"}, "/proxy_url"),
        ({"base_url": "https://[64:ff9b::a9fe:a9fe]/v1"}, "/base_url"),
        ({"base_url": "https://[64:ff9b:1::a9fe:a9fe]/v1"}, "/base_url"),
        ({"base_url": "https://[::169.254.169.254]/v1"}, "/base_url"),
        ({"base_url": "https://[2002:a9fe:a9fe::]/v1"}, "/base_url"),
    ],
)
def test_ways_that_would_show_or_mislead_a_credential_are_refused(
    api: Api, wrong: dict[str, Any], pointer: str
) -> None:
    refused = api.admin.post("/v1/connections", json=described(**wrong))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
    assert "secret" not in refused.text


def test_a_proxy_of_this_machine_may_see_what_goes_to_this_machine(api: Api) -> None:
    wanted = described(base_url="http://127.0.0.1:1", proxy_url="http://localhost:3128")
    assert api.admin.post("/v1/connections", json=wanted).status_code == 201


def test_a_translated_address_of_the_world_is_one() -> None:
    assert host_of("https://[64:ff9b::808:808]") == "64:ff9b::808:808"
    assert host_of("http://[::1]:8080") == "::1"
