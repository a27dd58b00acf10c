"""Gates hold a request at a chosen point; what has happened by then, and what happens if the caller dies there."""

import socket
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from openai.types.fine_tuning import FineTuningJob

from tests.sandbox.conftest import OpenAIAccount
from tests.sandbox.data import small
from tests.sandbox.server import Running
from tests.sandbox.steps import until, upload


def close(sandbox: Running, account: OpenAIAccount, operation: str, point: str) -> str:
    return str(sandbox.post("/gates", {"operation": operation, "point": point, "account": account.name})["id"])


def waiting(sandbox: Running, account: OpenAIAccount) -> list[dict[str, Any]]:
    return [each for each in sandbox.get("/gates")["waiting"] if each["account"] == account.name]


def create(account: OpenAIAccount, file_id: str, threads: ThreadPoolExecutor) -> Future[FineTuningJob]:
    return threads.submit(account.client.fine_tuning.jobs.create, model="gpt-4.1", training_file=file_id)


@pytest.mark.parametrize(
    ("point", "bought"), [("received", 0), ("before_accept", 0), ("after_accept", 1), ("before_answer", 1)]
)
def test_a_request_waits_where_it_is_told_to(sandbox: Running, account: OpenAIAccount, point: str, bought: int) -> None:
    file_id = upload(account.client, small(), "tw_x.jsonl")
    gate = close(sandbox, account, "create_job", point)
    with ThreadPoolExecutor() as threads:
        created = create(account, file_id, threads)
        until(lambda: len(waiting(sandbox, account)) == 1)
        (held,) = waiting(sandbox, account)
        assert (held["operation"], held["point"], held["subject"]) == ("create_job", point, "tw_x.jsonl")
        assert len(sandbox.ledger(account.name)["jobs"]) == bought
        assert not created.done()
        assert sandbox.post(f"/gates/{gate}/release", {}) == {"released": 1}
        assert created.result(10).id.startswith("ftjob-")
    assert len(sandbox.ledger(account.name)["jobs"]) == 1
    assert waiting(sandbox, account) == []


def test_one_of_two_can_be_let_go_while_the_gate_stays(sandbox: Running, account: OpenAIAccount) -> None:
    file_id = upload(account.client, small())
    close(sandbox, account, "create_job", "before_accept")
    with ThreadPoolExecutor() as threads:
        created = [create(account, file_id, threads) for _ in range(2)]
        until(lambda: len(waiting(sandbox, account)) == 2)
        sandbox.post(f"/gates/{waiting(sandbox, account)[0]['id']}/release", {})
        until(lambda: sum(each.done() for each in created) == 1)
        assert len(waiting(sandbox, account)) == 1
        sandbox.http.delete("/_sandbox/gates")
        until(lambda: all(each.done() for each in created))


@pytest.mark.parametrize("point", ["received", "before_accept", "after_accept", "before_answer"])
def test_a_request_whose_caller_died_at_a_gate_still_takes_effect(
    sandbox: Running, account: OpenAIAccount, point: str
) -> None:
    file_id = upload(account.client, small())
    gate = close(sandbox, account, "create_job", point)
    body = f'{{"model": "gpt-4.1", "training_file": "{file_id}"}}'.encode()
    head = f"POST /v1/fine_tuning/jobs HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {account.name}\r\n"
    length = f"content-length: {len(body)}\r\n\r\n"
    host, port = sandbox.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as caller:
        caller.sendall(head.encode() + length.encode() + body)
        until(lambda: len(waiting(sandbox, account)) == 1)
    sandbox.post(f"/gates/{gate}/release", {})
    until(lambda: len(sandbox.ledger(account.name)["jobs"]) == 1)


def test_an_upload_waits_before_its_body_is_stored(sandbox: Running, account: OpenAIAccount) -> None:
    gate = close(sandbox, account, "upload_file", "received")
    with ThreadPoolExecutor() as threads:
        sent = threads.submit(upload, account.client, small(), "tw_y.jsonl")
        until(lambda: [each["subject"] for each in waiting(sandbox, account)] == ["tw_y.jsonl"])
        assert account.client.files.list().data == []
        sandbox.post(f"/gates/{gate}/release", {})
        assert account.client.files.retrieve(sent.result(10)).filename == "tw_y.jsonl"


def test_a_point_that_there_is_not_is_refused(sandbox: Running) -> None:
    assert sandbox.http.post("/_sandbox/gates", json={"operation": "chat", "point": "later"}).status_code == 422
