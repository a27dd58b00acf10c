"""Files that are well-formed and still cannot be trained on: the job is accepted and fails in the provider's own words."""

from typing import Any

import pytest

from tests.sandbox.conftest import AzureAccount, OpenAIAccount
from tests.sandbox.data import chat, jsonl, small, tickets
from tests.sandbox.server import Running
from tests.sandbox.steps import messages, upload, watch

_ASK = {"role": "user", "content": "Hello?"}
_ANSWER = {"role": "assistant", "content": "Hi."}
_PREFERENCE = {
    "input": {"messages": [_ASK]},
    "preferred_output": [_ANSWER],
    "non_preferred_output": [{"role": "assistant", "content": "No."}],
}


def spoilt(row: dict[str, Any], at: int = 4) -> bytes:
    """Eleven good rows and one bad one; `at` counts from zero."""
    rows = tickets()[:11]
    return jsonl([*rows[:at], row, *rows[at:]])


CASES = [
    (
        spoilt({"messages": [_ASK, {"role": "assistant", "tool_calls": "f"}]}),
        "invalid_training_file",
        "message 2 tool_calls must be a list",
    ),
    (small(7), "invalid_n_examples", "Training file has 7 example(s), but must have at least 10 examples"),
    (
        spoilt({"messages": [_ASK, {"content": "Hi."}]}),
        "invalid_training_file",
        "Invalid file format. Example 5, message 2 Discriminator 'role' is missing in value",
    ),
    (spoilt(chat("a", "b") | {"weight": 1}, at=0), "invalid_file_format", 'Example 1 contains an extra "weight".'),
    (spoilt({"prompt": "a", "completion": "b"}, at=11), "invalid_file_format", "Example 12 is missing key 'messages'"),
    (spoilt({"messages": [_ASK]}), "invalid_file_format", "Example 5: the last message must be from the assistant"),
    (spoilt({"messages": []}), "invalid_file_format", "Example 5 must have a list of messages"),
    (
        spoilt({"messages": [_ASK | {"role": "robot"}, _ANSWER]}),
        "invalid_training_file",
        "Input tag 'robot' found using 'role'",
    ),
    (
        spoilt({"messages": [_ASK, _ANSWER | {"weight": 0.5}]}),
        "invalid_training_file",
        "message 2 weight must be 0 or 1",
    ),
    (
        spoilt({"messages": [_ASK | {"weight": 1}, _ANSWER]}),
        "invalid_training_file",
        "message 1 weight is only allowed",
    ),
    (
        spoilt({"messages": [_ASK | {"content": 5}, _ANSWER]}),
        "invalid_training_file",
        "message 1 content must be a string",
    ),
    (
        spoilt({"messages": [_ASK, _ANSWER | {"weight": 0}]}),
        "invalid_file_format",
        "Example 5 has no assistant message to train on",
    ),
    (
        jsonl([{"text": str(at)} for at in range(12)]),
        "invalid_training_file",
        "Unexpected file format, expected either prompt/completion pairs or chat messages.",
    ),
]


@pytest.mark.parametrize(("content", "code", "text"), CASES, ids=[case[2] for case in CASES])
def test_a_file_that_cannot_be_trained_on_fails_the_job(
    sandbox: Running, account: OpenAIAccount, content: bytes, code: str, text: str
) -> None:
    client = account.client
    job, seen = watch(client, client.fine_tuning.jobs.create(model="gpt-4.1", training_file=upload(client, content)).id)
    assert seen[-1] == "failed"
    assert job.error is not None
    assert job.error.message is not None
    assert (job.error.code, job.error.param) == (code, "training_file")
    assert text in job.error.message
    assert messages(client, job.id)[-1] == job.error.message
    assert (job.fine_tuned_model, job.trained_tokens, job.result_files) == (None, None, [])
    assert sandbox.ledger(account.name)["jobs"][0]["billed_tokens"] == 0


def test_a_fault_of_the_validation_file_names_that_file(account: OpenAIAccount) -> None:
    client = account.client
    bad = upload(client, jsonl([{"text": "x"}]))
    job = client.fine_tuning.jobs.create(model="gpt-4.1", training_file=upload(client, small()), validation_file=bad)
    error = watch(client, job.id)[0].error
    assert error is not None
    assert (error.code, error.param) == ("invalid_validation_file", "validation_file")


def test_a_validation_file_may_be_small(account: OpenAIAccount) -> None:
    client = account.client
    few = upload(client, small(2))
    job = client.fine_tuning.jobs.create(model="gpt-4.1", training_file=upload(client, small()), validation_file=few)
    assert watch(client, job.id)[0].status == "succeeded"


def test_azure_refuses_null_content_and_openai_takes_it_beside_a_tool_call(
    account: OpenAIAccount, resource: AzureAccount
) -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    content = spoilt({"messages": [_ASK, {"role": "assistant", "content": None, "tool_calls": [call]}]})
    for client, status in ((account.client, "succeeded"), (resource.client, "failed")):
        job, _ = watch(
            client, client.fine_tuning.jobs.create(model="gpt-4.1", training_file=upload(client, content)).id
        )
        assert job.status == status


def test_chat_rows_do_not_fit_preference_training(account: OpenAIAccount) -> None:
    client = account.client
    file_id = upload(client, small())
    job = client.fine_tuning.jobs.create(model="gpt-4.1", training_file=file_id, method={"type": "dpo"})
    error = watch(client, job.id)[0].error
    assert error is not None
    assert f"Input file {file_id} is in the fine-tune-chat format" in str(error.message)
    assert "(provided method=dpo)" in str(error.message)


def test_preference_rows_train_with_a_beta_and_show_it_in_the_method_only(account: OpenAIAccount) -> None:
    client = account.client
    file_id = upload(client, jsonl([_PREFERENCE] * 10))
    job = client.fine_tuning.jobs.create(model="gpt-4.1", training_file=file_id, method={"type": "dpo"})
    done, _ = watch(client, job.id)
    assert done.status == "succeeded"
    shown = done.to_dict()
    assert shown["hyperparameters"] is None
    assert shown["method"] == {
        "type": "dpo",
        "dpo": {"hyperparameters": {"batch_size": 1, "learning_rate_multiplier": 2.0, "n_epochs": 10, "beta": 0.1}},
    }


def test_an_incomplete_preference_row_is_named(account: OpenAIAccount) -> None:
    client = account.client
    file_id = upload(client, jsonl([{"preferred_output": [_ANSWER]}, *[_PREFERENCE] * 10]))
    job = client.fine_tuning.jobs.create(model="gpt-4.1", training_file=file_id, method={"type": "dpo"})
    error = watch(client, job.id)[0].error
    assert error is not None
    assert "Example 1 is missing key 'input'." in str(error.message)
