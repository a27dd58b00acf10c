"""A real account is named without its key, and used only with a cap on what it may cost."""

import subprocess
import sys
from decimal import Decimal

import pytest

from api.app import serve
from local import account
from local.account import Account, NoAccount
from local.processes import PROJECT
from local.wire import Client
from tests.support.api import Api
from tests.support.server import served


def test_the_account_is_named_without_showing_its_key() -> None:
    found = account.found_in({"OPENAI_API_KEY": "sk-proj-abcdefgh1234", "OPENAI_ORG_ID": "org-ours"})
    said = account.describe(found)
    assert "sk-…1234" in said
    assert "org-ours" in said
    assert "abcdefgh" not in said


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


def test_the_cap_becomes_the_organisations_budget(api: Api) -> None:
    real = account.found_in({"OPENAI_API_KEY": "sk-proj-abcdefgh1234"})
    with served(serve(api.settings)) as url:
        account.cap_spending(Client(url, api.admin_key), Account(real, Decimal("12.50")))
    assert api.admin.get("/v1/budgets").json()["monthly_limit_usd"] == "12.50"


def test_nothing_is_started_on_a_real_account_when_there_is_nobody_to_ask() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "local.up", "--real"],
        cwd=PROJECT, env={"OPENAI_API_KEY": "sk-x"}, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "there is no terminal to ask on" in done.stderr
