"""Files: what each provider takes, how it shows it, and what it refuses."""

import base64
from typing import Any

import httpx2
import openai
import pytest

from tests.sandbox.conftest import AzureAccount, OpenAIAccount
from tests.sandbox.data import small, tickets
from tests.sandbox.server import Running
from tests.sandbox.steps import upload, watch

BOM = b"\xef\xbb\xbf"


def test_an_openai_file_is_ready_at_once(account: OpenAIAccount) -> None:
    file = account.client.files.create(file=("train.jsonl", small()), purpose="fine-tune")
    assert (file.status, file.filename, file.bytes, file.purpose) == (
        "processed",
        "train.jsonl",
        len(small()),
        "fine-tune",
    )
    assert account.client.files.content(file.id).content == small()


def test_an_azure_file_is_pending_first_and_a_job_on_it_is_refused(
    slow_sandbox: Running, slow_resource: AzureAccount
) -> None:
    client = slow_resource.client
    answer = client.files.with_raw_response.create(file=("train.jsonl", BOM + small()), purpose="fine-tune")
    file = answer.parse()
    assert answer.status_code == 201
    assert answer.headers["location"].endswith(file.id)
    assert str(file.status) == "pending"
    with pytest.raises(openai.BadRequestError, match="still being processed"):
        client.fine_tuning.jobs.create(model="gpt-4.1", training_file=file.id)
    slow_sandbox.post("/clock", {"advance_seconds": 31})
    assert client.files.retrieve(file.id).status == "processed"
    assert client.fine_tuning.jobs.create(model="gpt-4.1", training_file=file.id).error is None


@pytest.mark.parametrize("content", [b"not json\n", b"[1]\n", b""])
def test_what_is_not_jsonl_is_refused_at_upload(account: OpenAIAccount, resource: AzureAccount, content: bytes) -> None:
    with pytest.raises(openai.BadRequestError, match="Expected file to have JSONL format, where every line is"):
        account.client.files.create(file=("train.jsonl", content), purpose="fine-tune")
    with pytest.raises(openai.BadRequestError) as refused:
        resource.client.files.create(file=("train.jsonl", content), purpose="fine-tune")
    assert refused.value.code == "jsonlValidationFailed"


def test_a_bad_line_further_down_makes_the_files_status_error(account: OpenAIAccount) -> None:
    file = account.client.files.create(file=("train.jsonl", small() + b'{"messages" 1}\n'), purpose="fine-tune")
    assert file.status == "error"
    assert "Example 11 cannot be parsed. Error: line contains invalid json" in str(file.status_details)
    assert "(line 11)" in str(file.status_details)
    with pytest.raises(openai.BadRequestError, match="Example 11 cannot be parsed"):
        account.client.fine_tuning.jobs.create(model="gpt-4.1", training_file=file.id)


def test_a_deleted_file_is_gone_and_trains_no_job(account: OpenAIAccount) -> None:
    file_id = upload(account.client, small())
    assert account.client.files.delete(file_id).deleted
    for ask in (account.client.files.retrieve, account.client.files.content, account.client.files.delete):
        with pytest.raises(openai.NotFoundError, match=f"No such File object: {file_id}"):
            ask(file_id)
    with pytest.raises(openai.BadRequestError):
        account.client.fine_tuning.jobs.create(model="gpt-4.1", training_file=file_id)


def test_a_file_for_another_purpose_trains_no_job(account: OpenAIAccount) -> None:
    file = account.client.files.create(file=("notes.txt", b"words"), purpose="user_data")
    with pytest.raises(openai.BadRequestError, match="must have purpose 'fine-tune'"):
        account.client.fine_tuning.jobs.create(model="gpt-4.1", training_file=file.id)


def test_files_are_listed_newest_first_in_pages_and_by_purpose(account: OpenAIAccount) -> None:
    ids = [upload(account.client, small(), f"{at}.jsonl") for at in range(3)]
    account.client.files.create(file=("notes.txt", b"words"), purpose="user_data")
    page = account.client.files.list(purpose="fine-tune", limit=2)
    assert [file.id for file in page.data] == ids[:0:-1]
    assert [file.id for file in page] == ids[::-1]


def test_azures_dated_list_has_no_cursors_and_its_v1_list_has(sandbox: Running, resource: AzureAccount) -> None:
    upload(resource.client, small())
    headers = {"api-key": "az-sandbox-other"}
    dated = sandbox.http.get(f"/azure/{resource.name}/openai/files?api-version=2024-10-21", headers=headers).json()
    latest = sandbox.http.get(f"/azure/{resource.name}/openai/v1/files", headers=headers).json()
    assert set(dated) == {"object", "data"}
    assert set(latest) == {"object", "data", "first_id", "last_id", "has_more"}


def test_the_result_file_is_a_table_of_steps_and_base64_where_that_is_switched_on(
    sandbox: Running, account: OpenAIAccount
) -> None:
    client = account.client
    file_id = upload(client, small())
    job, _ = watch(client, client.fine_tuning.jobs.create(model="gpt-4.1", training_file=file_id).id)
    (result,) = job.result_files
    table = client.files.content(result).text
    assert table.startswith("step,train_loss,train_mean_token_accuracy,valid_loss")
    assert len(table.splitlines()) == 1 + 100
    assert client.files.retrieve(result).purpose == "fine-tune-results"
    sandbox.post(f"/accounts/{account.name}", {"base64_results": True})
    assert base64.b64decode(client.files.content(result).content).decode() == table


def test_the_byte_order_mark_is_demanded_where_that_is_switched_on(sandbox: Running, resource: AzureAccount) -> None:
    sandbox.post(f"/accounts/{resource.name}", {"require_bom": True})
    with pytest.raises(openai.BadRequestError, match="byte order mark"):
        resource.client.files.create(file=("train.jsonl", small()), purpose="fine-tune")
    assert resource.client.files.create(file=("train.jsonl", BOM + small()), purpose="fine-tune").id


def test_an_azure_resource_holds_a_hundred_files(sandbox: Running, resource: AzureAccount) -> None:
    path = f"/azure/{resource.name}/openai/v1/files"
    parts: dict[str, Any] = {"files": {"file": ("train.jsonl", small(1))}, "data": {"purpose": "fine-tune"}}
    answers = [sandbox.http.post(path, headers={"api-key": "az-sandbox-1"}, **parts) for _ in range(101)]
    assert [answer.status_code for answer in answers] == [201] * 100 + [400]
    assert answers[-1].json()["error"]["code"] == "quotaExceeded"


def test_each_key_is_an_account_of_its_own(sandbox: Running, account: OpenAIAccount) -> None:
    file_id = upload(account.client, small())
    stranger = {"authorization": f"Bearer {account.name}x"}
    assert sandbox.http.get(f"/v1/files/{file_id}", headers=stranger).status_code == 404
    assert sandbox.http.get("/v1/files", headers=stranger).json()["data"] == []


@pytest.mark.parametrize(
    ("path", "headers", "code"),
    [
        ("/v1/files", {}, "invalid_api_key"),
        ("/v1/files", {"authorization": "Bearer sk-proj-real"}, "invalid_api_key"),
        ("/azure/r/openai/files?api-version=2024-10-21", {"api-key": "sk-sandbox-1"}, "401"),
        ("/azure/r/openai/v1/files", {}, "401"),
    ],
)
def test_a_wrong_key_is_401_in_the_dialects_own_words(
    sandbox: Running, path: str, headers: dict[str, str], code: str
) -> None:
    answer: httpx2.Response = sandbox.http.get(path, headers=headers)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == code


def test_the_dated_api_wants_its_version(sandbox: Running) -> None:
    answer = sandbox.http.get("/azure/r/openai/files", headers={"api-key": "az-sandbox-1"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "404")


def test_the_file_made_of_all_tickets_has_no_fault(account: OpenAIAccount) -> None:
    assert len(tickets()) == 96
    assert account.client.files.retrieve(upload(account.client, small(96))).status == "processed"


def test_every_answer_carries_an_id_of_its_own(sandbox: Running) -> None:
    ids = [sandbox.http.get("/v1/files").headers["x-request-id"] for _ in range(2)]
    ids += [sandbox.http.get("/azure/r/openai/v1/files").headers["apim-request-id"]]
    assert len(set(ids)) == 3
