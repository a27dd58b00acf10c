"""Chat completions, and the check of an account."""

from datetime import date
from typing import Any

import pytest

from shared.providers import open_provider
from shared.providers.base import Access, Account, ProviderModel, Rejected, Unavailable
from tests.providers.conftest import azure_at, openai_at, provider_at
from tests.support.wire import closes, says, wire

COMPLETION: dict[str, Any] = {
    "id": "chatcmpl-A1",
    "object": "chat.completion",
    "created": 1763606000,
    "model": "ft:gpt-4.1-mini-2025-04-14:acme:triage-v3:B1x9KdQe",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "billing"}, "finish_reason": "stop"}],
    "usage": {
        "prompt_tokens": 58,
        "completion_tokens": 2,
        "total_tokens": 60,
        "prompt_tokens_details": {"cached_tokens": 10},
    },
}
BODY = {"messages": [{"role": "user", "content": "你好"}], "temperature": 0, "a_parameter_of_tomorrow": {"x": [1]}}


@pytest.mark.parametrize(
    ("dialect", "path"),
    [
        ("openai", "/v1/chat/completions"),
        ("azure-dated", "/openai/deployments/my-model/chat/completions"),
        ("azure-v1", "/openai/v1/chat/completions"),
    ],
)
def test_a_question_is_passed_on_whole_and_the_answer_counted(dialect: str, path: str) -> None:
    with wire(says(COMPLETION)) as server:
        answer = provider_at(dialect, server.url).chat("my-model", BODY | {"stream": True, "model": "theirs"})
    assert server.asked[0].path == path
    assert server.asked[0].json == BODY | {"model": "my-model"}
    assert (answer.text, answer.input_tokens, answer.cached_input_tokens, answer.output_tokens) == (
        "billing",
        58,
        10,
        2,
    )
    assert answer.body == COMPLETION


def test_an_answer_without_text_is_still_an_answer() -> None:
    choices = [{"index": 0, "message": {"role": "assistant", "content": None, "tool_calls": [{"id": "call_1"}]}}]
    with wire(says(COMPLETION | {"choices": choices})) as server:
        assert openai_at(server.url).chat("m", BODY).text == ""


@pytest.mark.parametrize(
    "change",
    [
        {"usage": None},
        {"usage": {"prompt_tokens": 1}},
        {"usage": {"prompt_tokens": -1, "completion_tokens": 2}},
        {"usage": {"prompt_tokens": 1, "completion_tokens": 2**31}},
        {"choices": []},
        {"choices": None},
    ],
)
def test_what_cannot_be_charged_is_no_answer(dialect: str, change: dict[str, Any]) -> None:
    with wire(says(COMPLETION | change)) as server, pytest.raises(Unavailable):
        provider_at(dialect, server.url).chat("m", BODY)


# --- checking ---------------------------------------------------------------------------------------------------------
def refusal(code: str) -> dict[str, Any]:
    return {"error": {"message": "no", "type": "invalid_request_error", "param": None, "code": code}}


def test_a_working_key_at_openai_says_nothing_of_training() -> None:
    with wire(says({"object": "list", "data": [], "has_more": False})) as server:
        assert openai_at(server.url).check() == Account(reachable=True, training=None, detail="The credential works")


def test_a_key_without_the_right_to_train_is_told() -> None:
    with wire(says(refusal("missing_scope"), 403)) as server:
        assert openai_at(server.url).check() == Account(reachable=True, training=False, detail="no")


@pytest.mark.parametrize(("told", "training"), [([True, False], True), ([False], False), ([None], None), ([], None)])
def test_azure_tells_by_its_models_whether_it_trains(told: list[bool | None], *, training: bool | None) -> None:
    models = [{"id": f"m{n}", "capabilities": {"fine_tune": one}} for n, one in enumerate(told)]
    with wire(says({"data": models})) as server:
        assert azure_at(server.url).check().training is training


OPENAI_MODELS = [
    {"id": "gpt-a", "shutdown_date": "2027-01-14"},
    {"id": "gpt-b", "shutdown_date": None},
    {"id": "gpt-c", "shutdown_date": "soon"},
    {"id": "ft:gpt-a:acme::1", "shutdown_date": "2027-01-14"},
    {"object": "model"},
]
AZURE_MODELS = [
    {
        "id": "gpt-a",
        "capabilities": {"fine_tune": True},
        "deprecation": {"fine_tune": 1790000000, "inference": 1800000000},
    },
    {"id": "gpt-b", "capabilities": {"fine_tune": False}, "deprecation": {"fine_tune": 1790000000}},
    {"id": "gpt-c", "capabilities": "all", "deprecation": None},
    {"id": "gpt-a.ft-1", "model": "gpt-a", "fine_tune": "ftjob-1", "capabilities": {"fine_tune": True}},
]


def test_openai_tells_of_base_models_until_when_they_are_served() -> None:
    with wire(says({"object": "list", "data": OPENAI_MODELS, "has_more": False})) as server:
        assert openai_at(server.url).models() == [
            ProviderModel("gpt-a", None, date(2027, 1, 14)),
            ProviderModel("gpt-b", None, None),
            ProviderModel("gpt-c", None, None),
        ]


def test_azure_tells_of_base_models_also_whether_they_can_be_trained() -> None:
    with wire(says({"data": AZURE_MODELS})) as server:
        assert azure_at(server.url).models() == [
            ProviderModel("gpt-a", True, date(2027, 1, 15)),
            ProviderModel("gpt-b", False, date(2026, 9, 21)),
            ProviderModel("gpt-c", None, None),
        ]


def test_a_refused_key_is_rejected_and_silence_is_told(dialect: str) -> None:
    with wire(says(refusal("invalid_api_key"), 401), closes) as server:
        provider = provider_at(dialect, server.url)
        with pytest.raises(Rejected) as caught:
            provider.check()
        assert caught.value.credential
        assert not provider.check().reachable


@pytest.mark.parametrize("host", ["a..b", "a" * 300, "[::1", "\N{SNOWMAN}.\ud800", "a\0b"])
@pytest.mark.parametrize("kind", ["openai", "azure"])
def test_an_address_that_is_none_is_unavailable_and_nothing_was_sent(kind: str, host: str) -> None:
    with pytest.raises(Unavailable) as caught:
        open_provider(kind, Access(f"http://{host}/v1", "sk-sandbox-x")).chat("m", BODY)
    assert not caught.value.reached
