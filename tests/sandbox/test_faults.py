"""Trouble on demand: each fault does what it says, once, to whom it says, and the ledger tells what was really bought."""

import time
from typing import Any

import httpx2
import openai
import pytest

from tests.sandbox.conftest import AzureAccount, OpenAIAccount
from tests.sandbox.data import small
from tests.sandbox.server import Running
from tests.sandbox.steps import until, upload, watch


def strike(sandbox: Running, account: OpenAIAccount | AzureAccount, kind: str, operation: str, **more: Any) -> None:
    sandbox.post("/faults", {"kind": kind, "operation": operation, "account": account.name, **more})


def bought(sandbox: Running, account: OpenAIAccount | AzureAccount) -> int:
    return len(sandbox.ledger(account.name)["jobs"])


def test_a_throttle_says_how_long_and_strikes_as_often_as_asked(sandbox: Running, account: OpenAIAccount) -> None:
    strike(sandbox, account, "throttle", "list_files", times=2, parameters={"retry_after": 7})
    for _ in range(2):
        with pytest.raises(openai.RateLimitError) as refused:
            account.client.files.list()
        assert refused.value.response.headers["retry-after"] == "7"
        assert refused.value.code == "rate_limit_exceeded"
    assert account.client.files.list().data == []


def test_a_spent_quota_is_429_without_retry_after(sandbox: Running, account: OpenAIAccount) -> None:
    file_id = upload(account.client, small())
    strike(sandbox, account, "insufficient_quota", "create_job")
    with pytest.raises(openai.RateLimitError) as refused:
        account.client.fine_tuning.jobs.create(model="gpt-4.1", training_file=file_id)
    assert refused.value.code == "insufficient_quota"
    assert "retry-after" not in refused.value.response.headers
    assert bought(sandbox, account) == 0


def test_any_status_and_body_can_be_answered_and_nothing_is_done(sandbox: Running, account: OpenAIAccount) -> None:
    strike(sandbox, account, "status", "upload_file", parameters={"status": 502, "body": "<html>Bad gateway</html>"})
    with pytest.raises(openai.InternalServerError) as refused:
        account.client.files.create(file=("t.jsonl", small()), purpose="fine-tune")
    assert (refused.value.status_code, refused.value.response.text) == (502, "<html>Bad gateway</html>")
    assert account.client.files.list().data == []


def test_a_fault_of_one_account_leaves_the_others_alone(
    sandbox: Running, account: OpenAIAccount, resource: AzureAccount
) -> None:
    strike(sandbox, resource, "status", "*", times=100)
    assert account.client.files.list().data == []
    with pytest.raises(openai.InternalServerError):
        resource.client.files.list()


def test_a_thing_is_not_found_once(sandbox: Running, account: OpenAIAccount) -> None:
    file_id = upload(account.client, small())
    strike(sandbox, account, "not_found_once", "retrieve_file")
    with pytest.raises(openai.NotFoundError):
        account.client.files.retrieve(file_id)
    assert account.client.files.retrieve(file_id).id == file_id


@pytest.mark.parametrize("dialect", ["openai", "azure"])
def test_an_accepted_job_whose_answer_is_dropped_is_bought(
    sandbox: Running, account: OpenAIAccount, resource: AzureAccount, dialect: str
) -> None:
    buyer = account if dialect == "openai" else resource
    file_id = upload(buyer.client, small())
    strike(sandbox, buyer, "accept_then_drop", "create_job")
    with pytest.raises(openai.APIConnectionError):
        buyer.client.fine_tuning.jobs.create(model="gpt-4.1", training_file=file_id)
    assert bought(sandbox, buyer) == 1


@pytest.mark.parametrize("answer", ["status", "garbage", "truncated", "hang"])
def test_an_accepted_job_can_be_answered_wrongly_in_many_ways(
    sandbox: Running, account: OpenAIAccount, answer: str
) -> None:
    file_id = upload(account.client, small())
    strike(sandbox, account, "accept_then_status", "create_job", parameters={"answer": answer})
    body = {"model": "gpt-4.1", "training_file": file_id}
    headers = {"authorization": f"Bearer {account.name}"}
    patience = 0.5 if answer == "hang" else 20
    try:
        reply = sandbox.http.post("/v1/fine_tuning/jobs", json=body, headers=headers, timeout=patience)
    except httpx2.TimeoutException:
        assert answer == "hang"
    except httpx2.RemoteProtocolError:
        assert answer == "truncated"
    else:
        assert (answer, reply.status_code) in {("status", 503), ("garbage", 200)}
        assert answer == "status" or not reply.text.startswith("{")
    until(lambda: bought(sandbox, account) == 1)


def test_a_late_job_is_bought_after_the_caller_was_cut_off(sandbox: Running, account: OpenAIAccount) -> None:
    file_id = upload(account.client, small())
    strike(sandbox, account, "late_accept", "create_job", parameters={"seconds": 2})
    started = time.monotonic()
    with pytest.raises(openai.APIConnectionError):
        account.client.fine_tuning.jobs.create(model="gpt-4.1", training_file=file_id)
    assert time.monotonic() - started < 2
    assert bought(sandbox, account) == 0
    until(lambda: bought(sandbox, account) == 1)


def test_a_late_job_finds_the_file_deleted_meanwhile_and_buys_nothing(sandbox: Running, account: OpenAIAccount) -> None:
    file_id = upload(account.client, small())
    strike(sandbox, account, "late_accept", "create_job", parameters={"seconds": 0.3})
    with pytest.raises(openai.APIConnectionError):
        account.client.fine_tuning.jobs.create(model="gpt-4.1", training_file=file_id)
    account.client.files.delete(file_id)
    time.sleep(0.5)
    assert bought(sandbox, account) == 0


def test_a_delay_only_delays(sandbox: Running, account: OpenAIAccount) -> None:
    strike(sandbox, account, "delay", "list_files", parameters={"seconds": 0.3})
    started = time.monotonic()
    assert account.client.files.list().data == []
    assert time.monotonic() - started >= 0.3


def test_a_job_fails_in_training_and_costs_nothing(sandbox: Running, account: OpenAIAccount) -> None:
    client = account.client
    file_id = upload(client, small())
    strike(sandbox, account, "fail_job", "create_job")
    job, seen = watch(client, client.fine_tuning.jobs.create(model="gpt-4.1", training_file=file_id).id)
    assert seen[-1] == "failed"
    assert job.error is not None
    assert job.error.code == "server_error"
    (owed,) = sandbox.ledger(account.name)["jobs"]
    assert (owed["status"], owed["steps_done"], owed["billed_tokens"]) == ("failed", 50, 0)
    again, _ = watch(client, client.fine_tuning.jobs.create(model="gpt-4.1", training_file=file_id).id)
    assert again.status == "succeeded"


@pytest.mark.parametrize(("kind", "shown"), [("unknown_status", "pausing"), ("status_regress", "queued")])
def test_a_job_is_shown_with_another_status_for_a_while(
    sandbox: Running, account: OpenAIAccount, kind: str, shown: str
) -> None:
    client = account.client
    job, _ = watch(client, client.fine_tuning.jobs.create(model="gpt-4.1", training_file=upload(client, small())).id)
    strike(sandbox, account, kind, "*", times=2)
    assert client.fine_tuning.jobs.retrieve(job.id).status == shown
    assert [each.status for each in client.fine_tuning.jobs.list().data] == [shown]
    assert client.fine_tuning.jobs.retrieve(job.id).status == "succeeded"


def test_a_fault_of_a_kind_that_there_is_not_is_refused(sandbox: Running) -> None:
    assert sandbox.http.post("/_sandbox/faults", json={"kind": "rain"}).status_code == 422


def test_faults_that_are_cleared_strike_no_more(sandbox: Running, account: OpenAIAccount) -> None:
    strike(sandbox, account, "status", "*", times=100)
    sandbox.http.delete("/_sandbox/faults")
    assert account.client.files.list().data == []
    assert sandbox.get("/faults") == {"faults": []}


def test_a_request_that_is_cut_off_counts_as_received(sandbox: Running, account: OpenAIAccount) -> None:
    assert sandbox.get("/requests", account=account.name) == {"requests": {}, "total": 0}
    strike(sandbox, account, "accept_then_drop", "list_files")
    with pytest.raises(openai.APIConnectionError):
        account.client.files.list()
    assert sandbox.get("/requests", account=account.name) == {"requests": {"list_files": 1}, "total": 1}
