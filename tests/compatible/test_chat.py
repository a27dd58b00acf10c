"""Chat through the official SDK, with the sandbox as the provider: who answers, what it costs, how it says no."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import openai
import pytest
from openai.types.chat import ChatCompletion

from shared.ids import KeyId, TeamId
from shared.queue import Task
from shared.serving.relay import prepare
from shared.teams.caller import TeamCaller
from shared.teams.tables import Role
from tests.compatible.conftest import Ask
from tests.support.api import Api
from tests.support.laboratory import BASE, Laboratory, Row, laboratory_on, rows

TICKET = rows("support_triage", held_out=True)[0]


def ask(client: openai.OpenAI, model: str, row: Row = TICKET, **more: Any) -> ChatCompletion:
    answer = client.chat.completions.create(model=model, messages=row["messages"][:-1], **more)
    assert isinstance(answer, ChatCompletion)
    return answer


@pytest.fixture
def client(laboratory: Laboratory, sdk: Ask) -> openai.OpenAI:
    return sdk(laboratory.api.key(laboratory.team_id))


# --- who answers --------------------------------------------------------------------------------------------------------
def test_an_alias_answers_under_its_own_name(
    laboratory: Laboratory, tuned_account: tuple[str, str], client: openai.OpenAI
) -> None:
    account, tuned = tuned_account
    connection = laboratory.connection("trained", account)
    model = laboratory.model(connection, tuned)
    laboratory.lead.put("/v1/aliases/support-bot", json={"model_id": model})
    answers = [ask(client, name) for name in ("support-bot", model, tuned)]
    assert [answer.model for answer in answers] == ["support-bot", model, tuned]
    assert {answer.choices[0].message.content for answer in answers} == {TICKET["messages"][-1]["content"]}
    names = [one.id for one in client.models.list()]
    assert {"support-bot", tuned, BASE} <= set(names)
    assert client.models.retrieve("support-bot").id == "support-bot"
    assert client.models.retrieve(tuned).id == tuned


def test_a_base_model_is_charged_by_what_the_provider_counted(laboratory: Laboratory, client: openai.OpenAI) -> None:
    laboratory.connection()
    answer = ask(client, BASE)
    assert answer.usage is not None
    entries = laboratory.api.sql(
        "SELECT kind, model, unit, quantity, provisional FROM ledger_entries WHERE account = 'spent' ORDER BY unit"
    )
    assert entries == [
        ("inference", BASE, "input_token", answer.usage.prompt_tokens, False),
        ("inference", BASE, "output_token", answer.usage.completion_tokens, False),
    ]
    assert laboratory.held() == 0


def test_azure_is_called_by_its_deployment_or_not_at_all(laboratory: Laboratory, client: openai.OpenAI) -> None:
    resource = laboratory.account.removeprefix("sk-sandbox-")[:20]
    body = {
        "name": "azure",
        "provider": "azure",
        "base_url": f"{laboratory.sandbox.url}/azure/{resource}",
        "credential": "az-sandbox-of-mine",
        "api_version": "2024-10-21",
    }
    made = laboratory.api.admin.post("/v1/connections", json=body).json()
    laboratory.api.admin.post(f"/v1/connections/{made['id']}/check")
    with pytest.raises(openai.ConflictError) as refused:
        ask(client, BASE)
    assert (refused.value.code, refused.value.response.headers["x-should-retry"]) == ("not_deployed", "false")
    _deploy(laboratory, resource)
    changed = laboratory.api.admin.patch(f"/v1/connections/{made['id']}", json={"deployments": {BASE: "triage"}})
    assert changed.status_code == 200, changed.text
    laboratory.api.admin.post(f"/v1/connections/{made['id']}/check")
    assert ask(client, BASE).model == BASE


def _deploy(laboratory: Laboratory, resource: str) -> None:
    path = "/arm/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts"
    model = {"format": "OpenAI", "name": BASE.removesuffix("-2025-04-14"), "version": "2025-04-14"}
    put = laboratory.sandbox.http.put(
        f"{path}/{resource}/deployments/triage",
        params={"api-version": "2024-10-01"},
        headers={"authorization": "Bearer entra-sandbox-token"},
        json={"sku": {"name": "Standard", "capacity": 50}, "properties": {"model": model}},
    )
    assert put.status_code in (200, 201), put.text


# --- what it costs ------------------------------------------------------------------------------------------------------
def test_without_budget_nothing_reaches_the_provider_and_the_sdk_does_not_try_again(
    laboratory: Laboratory, client: openai.OpenAI
) -> None:
    laboratory.connection()
    laboratory.budget("0.000001")
    with pytest.raises(openai.RateLimitError) as refused:
        ask(client, BASE)
    assert (refused.value.code, refused.value.type) == ("insufficient_quota", "insufficient_quota")
    assert refused.value.response.headers["x-should-retry"] == "false"
    assert (laboratory.asked(), laboratory.held(), laboratory.spent()) == (0, 0, 0)


def test_the_hold_covers_the_longest_answer_that_was_allowed(laboratory: Laboratory, client: openai.OpenAI) -> None:
    laboratory.connection()
    laboratory.budget("0.001")
    ask(client, BASE, max_completion_tokens=20)
    too_long: list[dict[str, Any]] = [{"max_completion_tokens": 4000}, {"max_completion_tokens": 20, "n": 100}, {}]
    for too_much in too_long:
        with pytest.raises(openai.RateLimitError):
            ask(client, BASE, **too_much)
    assert laboratory.asked() == 1


def test_an_answer_that_was_lost_is_charged_as_provisional(laboratory: Laboratory, client: openai.OpenAI) -> None:
    laboratory.connection()
    laboratory.fault("accept_then_drop")
    with pytest.raises(openai.InternalServerError) as lost:
        ask(client, BASE, max_completion_tokens=50)
    assert (lost.value.code, lost.value.response.headers["x-should-retry"]) == ("answer_lost", "false")
    assert laboratory.asked() == 1, "the SDK, as it comes, has not bought it again"
    entries = laboratory.api.sql(
        "SELECT quantity FROM ledger_entries WHERE account = 'spent' AND provisional AND unit = 'output_token'"
    )
    assert entries == [(50,)]
    assert laboratory.held() == 0


def test_a_busy_provider_costs_nothing_and_the_sdk_comes_back(laboratory: Laboratory, client: openai.OpenAI) -> None:
    laboratory.connection()
    laboratory.fault("throttle", retry_after=1)
    assert ask(client, BASE).model == BASE
    assert laboratory.asked() == 1
    resolved = laboratory.api.sql("SELECT status, count(*) FROM holds GROUP BY status ORDER BY status")
    assert resolved == [("released", 1), ("settled", 1)]


def test_what_the_provider_refuses_costs_nothing(laboratory: Laboratory, client: openai.OpenAI) -> None:
    laboratory.connection()
    laboratory.fault("status", status=400, body={"error": {"message": "too long", "code": "context_length_exceeded"}})
    with pytest.raises(openai.BadRequestError, match="too long"):
        ask(client, BASE)
    assert (laboratory.held(), laboratory.spent()) == (0, 0)


def test_what_a_dead_process_held_is_charged_until_the_bill_is_known(laboratory: Laboratory) -> None:
    laboratory.connection()
    caller = TeamCaller(KeyId("key_01h455vb4pex5vsknk084sn02q"), Role.MEMBER, "test", TeamId(laboratory.team_id))
    with laboratory.transaction() as db:
        prepare(db, caller, BASE, {"messages": TICKET["messages"][:-1]})
    laboratory.pass_time("9 minutes")
    laboratory.drain(Task.SETTLE_ABANDONED)
    held = laboratory.held()
    assert held > 0
    laboratory.pass_time("11 minutes")
    laboratory.drain(Task.SETTLE_ABANDONED)
    assert (laboratory.held(), laboratory.spent()) == (0, held)
    assert laboratory.api.sql("SELECT DISTINCT provisional FROM ledger_entries WHERE account = 'spent'") == [(True,)]


def test_no_transaction_is_open_while_the_provider_is_asked(laboratory: Laboratory, client: openai.OpenAI) -> None:
    laboratory.connection()
    laboratory.fault("delay", seconds=3)
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(ask, client, BASE)
        until = time.monotonic() + 10
        while laboratory.held() == 0:
            assert time.monotonic() < until
        time.sleep(0.3)
        assert not asking.done()
        assert laboratory.api.sql(_IN_TRANSACTION) == [(0,)]
        assert asking.result().model == BASE


_IN_TRANSACTION = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = 'tw_app' AND state LIKE '%%in transaction%%'
"""


# --- what is refused ----------------------------------------------------------------------------------------------------
def test_a_strangers_key_is_refused_as_openai_does(sdk: Ask) -> None:
    with pytest.raises(openai.AuthenticationError) as refused:
        ask(sdk("sk-not-ours"), BASE)
    assert refused.value.code == "invalid_api_key"


def test_another_teams_names_are_not_there(
    api: Api, laboratory: Laboratory, tuned_account: tuple[str, str], sdk: Ask
) -> None:
    account, tuned = tuned_account
    with laboratory_on(api, laboratory.sandbox, account, "others") as theirs:
        model = theirs.model(theirs.connection("theirs"), tuned)
        theirs.lead.put("/v1/aliases/their-bot", json={"model_id": model})
    ours = sdk(api.key(laboratory.team_id))
    for name in ("their-bot", model, tuned, "nobody-has-this"):
        with pytest.raises(openai.NotFoundError) as refused:
            ask(ours, name)
        assert refused.value.code == "model_not_found"
        with pytest.raises(openai.NotFoundError):
            ours.models.retrieve(name)
    assert not {"their-bot", model, tuned} & {one.id for one in ours.models.list()}


def test_what_is_not_taken_is_named(client: openai.OpenAI) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"stream": True}, "stream"),
        ({"extra_body": {"service_tier": "priority"}}, "service_tier"),
        ({"n": 0}, "n"),
        ({"max_completion_tokens": 10**9}, "max_completion_tokens"),
    ]
    for more, param in wrong:
        with pytest.raises(openai.BadRequestError) as refused:
            client.chat.completions.create(model=BASE, messages=TICKET["messages"][:-1], **more)
        assert refused.value.param == param


def test_content_without_a_known_price_is_refused(laboratory: Laboratory, client: openai.OpenAI) -> None:
    laboratory.connection()
    sound = {"type": "input_audio", "input_audio": {"data": "", "format": "wav"}}
    with pytest.raises(openai.BadRequestError) as refused:
        ask(client, BASE, {"messages": [{"role": "user", "content": [sound]}, {}]})
    assert refused.value.param == "messages.0.content.0"
    assert laboratory.held() == 0
