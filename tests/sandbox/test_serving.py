"""Asking models: OpenAI's by name, Azure's by deployment; whole and streamed; what it counts; models that come and go."""

import json
from typing import Any

import httpx2
import openai
import pytest
from openai.types import ModerationMultiModalInputParam
from openai.types.chat import ChatCompletionMessageParam

from tests.sandbox.conftest import AzureAccount, OpenAIAccount
from tests.sandbox.data import jsonl, small, tickets
from tests.sandbox.server import Running
from tests.sandbox.steps import until, upload, watch

_MESSAGES: list[ChatCompletionMessageParam] = [
    {"role": "system", "content": "Sort the message. Answer with one of: billing, shipping, account."},
    {"role": "user", "content": "the courier did not deliver"},
]
_ARM = "/arm/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts"
_VERSION = {"api-version": "2024-10-01"}
_ENTRA = {"authorization": "Bearer entra-sandbox-token"}


def tuned(client: openai.OpenAI, content: bytes) -> str:
    job, _ = watch(client, client.fine_tuning.jobs.create(model="gpt-4.1", training_file=upload(client, content)).id)
    return str(job.fine_tuned_model)


def deploy(sandbox: Running, resource: str, model: str, sku: str = "Standard") -> httpx2.Response:
    body = {
        "sku": {"name": sku, "capacity": 50},
        "properties": {"model": {"format": "OpenAI", "name": model, "version": "1"}},
    }
    return sandbox.http.put(f"{_ARM}/{resource}/deployments/triage", params=_VERSION, headers=_ENTRA, json=body)


def state(sandbox: Running, resource: str) -> str:
    answer = sandbox.http.get(f"{_ARM}/{resource}/deployments/triage", params=_VERSION, headers=_ENTRA)
    return (
        str(answer.json()["properties"]["provisioningState"]) if answer.status_code == 200 else str(answer.status_code)
    )


def test_a_tuned_model_answers_and_its_tokens_are_counted(sandbox: Running, account: OpenAIAccount) -> None:
    name = tuned(account.client, jsonl(tickets()))
    answer = account.client.chat.completions.create(model=name, messages=_MESSAGES)
    assert (answer.model, answer.choices[0].message.content, answer.choices[0].finish_reason) == (
        name,
        "shipping",
        "stop",
    )
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens, answer.usage.total_tokens) == (31, 1, 32)
    (chat,) = sandbox.ledger(account.name)["chats"]
    assert (chat["model"], chat["requests"], chat["prompt_tokens"], chat["amount_usd"]) == (name, 1, 31, "0.000105")


def test_the_same_answer_can_be_streamed(account: OpenAIAccount) -> None:
    whole = account.client.chat.completions.create(model="gpt-4.1", messages=_MESSAGES)
    with account.client.chat.completions.create(
        model="gpt-4.1", messages=_MESSAGES, stream=True, stream_options={"include_usage": True}
    ) as stream:
        chunks = list(stream)
    assert (
        "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
        == whole.choices[0].message.content
    )
    assert [chunk.usage for chunk in chunks if chunk.usage] == [whole.usage]
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"


def test_an_answer_is_cut_at_the_limit(account: OpenAIAccount) -> None:
    messages: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Tell me of the sea"}]
    answer = account.client.chat.completions.create(model="gpt-4.1", messages=messages, max_completion_tokens=3)
    assert answer.choices[0].finish_reason == "length"
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 3


@pytest.mark.parametrize("name", ["gpt-none", "ftjob-x", "ft:gpt-4.1-2025-04-14:sandbox::abcdefgh", "gpt-3.5-turbo"])
def test_a_model_that_is_not_there_is_404(account: OpenAIAccount, name: str) -> None:
    with pytest.raises(openai.NotFoundError) as refused:
        account.client.chat.completions.create(model=name, messages=_MESSAGES)
    assert refused.value.code == "model_not_found"


def test_checkpoints_answer_too(account: OpenAIAccount) -> None:
    name = tuned(account.client, jsonl(tickets()))
    answer = account.client.chat.completions.create(model=f"{name}:ckpt-step-96", messages=_MESSAGES)
    assert answer.choices[0].message.content == "shipping"


def test_models_are_listed_with_their_closing_day_and_ones_own_can_be_deleted(account: OpenAIAccount) -> None:
    client = account.client
    name = tuned(client, small())
    listed = {model.id: model.to_dict() for model in client.models.list()}
    assert name in listed
    assert listed["gpt-4.1-2025-04-14"]["shutdown_date"]
    assert "gpt-3.5-turbo-0125" not in listed
    assert client.models.delete(name).deleted
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve(name)
    with pytest.raises(openai.NotFoundError):
        client.chat.completions.create(model=name, messages=_MESSAGES)
    with pytest.raises(openai.PermissionDeniedError):
        client.models.delete("gpt-4.1-2025-04-14")


def test_azure_serves_a_tuned_model_only_once_it_is_deployed(sandbox: Running, resource: AzureAccount) -> None:
    client = resource.client
    name = tuned(client, jsonl(tickets()))
    for model in (name, "triage"):
        with pytest.raises(openai.NotFoundError) as refused:
            client.chat.completions.create(model=model, messages=_MESSAGES)
        assert refused.value.code == "DeploymentNotFound"
    made = deploy(sandbox, resource.name, name)
    assert made.status_code == 201
    assert made.json()["properties"]["provisioningState"] == "Accepted"
    until(lambda: state(sandbox, resource.name) == "Succeeded")
    assert client.chat.completions.create(model="triage", messages=_MESSAGES).choices[0].message.content == "shipping"
    body: dict[str, Any] = {"model": "triage", "messages": _MESSAGES}
    latest = sandbox.http.post(
        f"/azure/{resource.name}/openai/v1/chat/completions",
        json=body,
        headers={"authorization": "Bearer az-sandbox-1"},
    )
    assert latest.json()["model"] == name


def test_deployments_are_listed_updated_and_deleted(sandbox: Running, resource: AzureAccount) -> None:
    assert deploy(sandbox, resource.name, "gpt-4.1-mini-2025-04-14").status_code == 201
    assert deploy(sandbox, resource.name, "gpt-4.1-mini-2025-04-14").status_code == 200
    changed = deploy(sandbox, resource.name, "gpt-4.1-2025-04-14")
    assert (changed.status_code, changed.json()["error"]["code"]) == (400, "ModelUpgradeNotSupported")
    path = f"{_ARM}/{resource.name}/deployments"
    listed = sandbox.http.get(path, params=_VERSION, headers=_ENTRA).json()["value"]
    assert [each["name"] for each in listed] == ["triage"]
    assert [sandbox.http.delete(f"{path}/triage", params=_VERSION, headers=_ENTRA).status_code for _ in range(2)] == [
        200,
        204,
    ]
    assert state(sandbox, resource.name) == "404"


def test_a_deployment_of_no_known_model_is_refused(sandbox: Running, resource: AzureAccount) -> None:
    answer = deploy(sandbox, resource.name, "gpt-4.1-2025-04-14.ft-0123")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "DeploymentModelNotSupported")


@pytest.mark.parametrize(("sku", "days"), [("DeveloperTier", 1), ("Standard", 15)])
def test_azure_removes_idle_and_developer_deployments(
    slow_sandbox: Running, slow_resource: AzureAccount, sku: str, days: int
) -> None:
    deploy(slow_sandbox, slow_resource.name, "gpt-4.1-2025-04-14", sku)
    slow_sandbox.post("/clock", {"advance_seconds": days * 86_400 - 100})
    assert state(slow_sandbox, slow_resource.name) == "Succeeded"
    slow_sandbox.post("/clock", {"advance_seconds": 200})
    assert state(slow_sandbox, slow_resource.name) == "404"


def test_moderation_objects_to_what_asks_for_it(account: OpenAIAccount) -> None:
    answer = account.client.moderations.create(input=["one", "two [violence] [hate/threatening]", "[weather]"])
    assert [result.flagged for result in answer.results] == [False, True, False]
    objected, scores = answer.results[1].categories.to_dict(), answer.results[1].category_scores.to_dict()
    assert {name for name, is_in in objected.items() if is_in} == {"violence", "hate/threatening"}
    assert {name for name, score in scores.items() if score == 0.9} == {"violence", "hate/threatening"}
    assert len(objected) == len(scores) == 13


def test_parts_of_one_input_are_judged_together(account: OpenAIAccount) -> None:
    parts: list[ModerationMultiModalInputParam] = [
        {"type": "text", "text": "[sexual]"},
        {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
    ]
    (result,) = account.client.moderations.create(input=parts).results
    assert result.flagged
    assert result.category_applied_input_types.sexual == ["image", "text"]


@pytest.mark.parametrize(
    "body", [{}, {"input": []}, {"input": ["a", 5]}, {"input": [{"type": "text"}]}, {"input": None}]
)
def test_what_cannot_be_moderated_is_400(sandbox: Running, account: OpenAIAccount, body: dict[str, Any]) -> None:
    headers = {"authorization": f"Bearer {account.name}"}
    assert sandbox.http.post("/v1/moderations", json=body, headers=headers).status_code == 400


def test_a_moderation_model_that_is_gone_is_404(account: OpenAIAccount) -> None:
    with pytest.raises(openai.NotFoundError):
        account.client.moderations.create(input="one", model="text-moderation-latest")


@pytest.mark.parametrize(
    "body",
    [
        {"messages": []},
        {"messages": [{"role": "robot", "content": "x"}]},
        {"messages": [{"role": "user", "content": 5}]},
        {"messages": [{"role": "user", "content": "\ud800"}]},
        {"messages": [{"role": "user", "content": "x"}], "max_completion_tokens": 0},
    ],
)
def test_a_question_that_is_no_question_is_400(sandbox: Running, account: OpenAIAccount, body: dict[str, Any]) -> None:
    headers = {"authorization": f"Bearer {account.name}", "content-type": "application/json"}
    content = json.dumps(body | {"model": "gpt-4.1"})
    assert sandbox.http.post("/v1/chat/completions", headers=headers, content=content).status_code == 400
    assert sandbox.ledger(account.name)["chats"] == []
