"""A real account is named without its key, and used only with a cap on what it may cost."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from api.app import serve
from local import account, connections
from local.account import Account, NoAccount
from local.processes import PROJECT
from local.wire import Client
from tests.sandbox.server import Running
from tests.support.api import Api
from tests.support.server import served


def test_the_account_is_named_without_showing_its_key() -> None:
    found = account.found_in({"OPENAI_API_KEY": "sk-proj-abcdefgh1234", "OPENAI_BASE_URL": "https://ours.example/v1"})
    said = account.describe(found)
    assert "sk-…1234" in said
    assert "https://ours.example/v1" in said
    assert "abcdefgh" not in said


@pytest.mark.parametrize("name", ["OPENAI_ORG_ID", "OPENAI_PROJECT_ID"])
def test_what_could_send_the_bill_elsewhere_is_not_ignored(name: str) -> None:
    with pytest.raises(NoAccount, match=f"{name} cannot be passed on .* unset it"):
        account.found_in({"OPENAI_API_KEY": "sk-proj-abcdefgh1234", name: "ours"})


def test_azures_account_is_found_by_its_own_variables() -> None:
    found = account.found_in({"AZURE_OPENAI_ENDPOINT": "https://ours.example", "AZURE_OPENAI_API_KEY": "k"})
    assert (found.name, found.provider, found.base_url) == ("azure", "azure", "https://ours.example")


@pytest.mark.parametrize("environment", [{}, {"AZURE_OPENAI_ENDPOINT": "https://ours.example"}, {"OPENAI_API_KEY": ""}])
def test_without_an_account_there_is_nothing_to_use(environment: dict[str, str]) -> None:
    with pytest.raises(NoAccount):
        account.found_in(environment)


@pytest.mark.parametrize("answer", ["", "0", "-5", "much", "NaN", "Infinity"])
def test_a_cap_that_caps_nothing_is_refused(answer: str) -> None:
    with pytest.raises(NoAccount):
        account.parse_cap(answer)


def test_a_cap_is_an_amount_of_dollars() -> None:
    assert account.parse_cap(" $12.50 ") == Decimal("12.50")


@pytest.fixture
def admin(api: Api) -> Iterator[Client]:
    with served(serve(api.settings)) as url:
        yield Client(url, api.admin_key)


def connections_of(admin: Client) -> list[dict[str, Any]]:
    return list(admin.must("GET", "/v1/connections")["data"])


def test_the_cap_becomes_the_organisations_budget(admin: Client) -> None:
    real = account.found_in({"OPENAI_API_KEY": "sk-proj-abcdefgh1234"})
    account.cap_spending(admin, Account(real, Decimal("12.50")))
    assert admin.must("GET", "/v1/budgets")["monthly_limit_usd"] == "12.50"


@pytest.mark.parametrize(
    "environment",
    [
        {"OPENAI_API_KEY": "sk-sandbox-key-old", "OPENAI_BASE_URL": "{sandbox}/v1"},
        {
            "AZURE_OPENAI_API_KEY": "az-sandbox-key-old",
            "AZURE_OPENAI_ENDPOINT": "{sandbox}/azure/ours",
            "OPENAI_API_VERSION": "v1",
        },
    ],
    ids=["openai", "azure"],
)
def test_a_found_account_can_be_connected_and_its_next_key_is_taken_over(
    admin: Client, provider: Running, environment: dict[str, str]
) -> None:
    found = account.found_in({name: value.format(sandbox=provider.url) for name, value in environment.items()})
    connections.renew(admin, found)
    (first,) = connections_of(admin)
    connections.renew(admin, replace(found, credential=found.credential.replace("old", "next")))
    (then,) = connections_of(admin)
    assert (then["id"], then["base_url"]) == (first["id"], found.base_url)
    assert (first["credential_hint"][-3:], then["credential_hint"]) == ("old", "…next")


def test_a_sandbox_that_has_moved_is_followed(admin: Client, provider: Running) -> None:
    for address in ("http://127.0.0.1:9", provider.url):
        for connection in connections.to_sandbox(address):
            connections.ensure(admin, connection)
    checked = [admin.must("POST", f"/v1/connections/{each['id']}/check") for each in connections_of(admin)]
    assert [each["health"] for each in checked] == ["healthy"] * 3


def test_nothing_is_started_on_a_real_account_when_there_is_nobody_to_ask() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "local.up", "--real"],
        cwd=PROJECT, env={"OPENAI_API_KEY": "sk-x"}, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "there is no terminal to ask on" in done.stderr
