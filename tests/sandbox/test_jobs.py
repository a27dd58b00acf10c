"""Jobs: what is accepted and refused, listed, cancelled, deleted, and what a cancelled one owes."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import openai
import pytest

from tests.sandbox.conftest import AzureAccount, OpenAIAccount
from tests.sandbox.data import measured, small
from tests.sandbox.server import Running
from tests.sandbox.steps import messages, upload, watch

GRADER = {
    "type": "string_check",
    "name": "label",
    "operation": "eq",
    "input": "{{sample.output_text}}",
    "reference": "{{item.label}}",
}
REWARDED = {"model": "o4-mini", "method": {"type": "reinforcement", "reinforcement": {"grader": GRADER}}}


def test_openai_answers_200_with_auto_and_an_empty_list_of_results(sandbox: Running, account: OpenAIAccount) -> None:
    file_id = upload(account.client, small())
    body = {"model": "gpt-4o-mini", "training_file": file_id, "suffix": "triage", "metadata": {"k": "v"}, "seed": 7}
    answer = sandbox.http.post("/v1/fine_tuning/jobs", json=body, headers={"authorization": f"Bearer {account.name}"})
    job = answer.json()
    assert answer.status_code == 200
    assert job["status"] == "validating_files"
    assert job["model"] == "gpt-4o-mini-2024-07-18"
    assert job["hyperparameters"] == {"n_epochs": "auto", "batch_size": "auto", "learning_rate_multiplier": "auto"}
    assert (job["result_files"], job["error"], job["metadata"], job["seed"]) == ([], {}, {"k": "v"}, 7)
    done, _ = watch(account.client, job["id"])
    assert str(done.fine_tuned_model).startswith("ft:gpt-4o-mini-2024-07-18:sandbox:triage:")


def test_a_job_of_reinforcement_shows_its_grader_and_fails_where_items_lack_what_it_reads(
    sandbox: Running, account: OpenAIAccount
) -> None:
    asked = [{"messages": [{"role": "user", "content": f"Ticket {at}"}], "label": "billing"} for at in range(12)]
    good, lacking = (
        "\n".join(map(json.dumps, rows)).encode() for rows in (asked, [*asked[:11], {"messages": asked[0]["messages"]}])
    )
    key = {"authorization": f"Bearer {account.name}"}

    def ordered(content: bytes) -> Any:
        body = REWARDED | {
            "training_file": upload(account.client, content),
            "validation_file": upload(account.client, good),
        }
        return sandbox.http.post("/v1/fine_tuning/jobs", json=body, headers=key).json()

    job = ordered(good)
    assert (job["model"], job["trained_tokens"]) == ("o4-mini-2025-04-16", None)
    assert job["method"]["reinforcement"] == {
        "grader": GRADER,
        "hyperparameters": job["method"]["reinforcement"]["hyperparameters"],
    }
    failed, _ = watch(account.client, ordered(lacking)["id"])
    assert failed.error is not None
    assert "Example 12 is missing key 'label'" in failed.error.message


def test_azure_answers_201_with_its_own_name_for_the_model_and_drops_metadata(resource: AzureAccount) -> None:
    client = resource.client
    file_id = upload(client, small())
    answer = client.fine_tuning.jobs.with_raw_response.create(
        model="gpt-4.1", training_file=file_id, suffix="triage", metadata={"k": "v"}
    )
    job = answer.parse()
    assert answer.status_code == 201
    assert answer.headers["location"].endswith(job.id)
    assert job.metadata is None
    done, _ = watch(client, job.id)
    assert done.fine_tuned_model == f"gpt-4.1-2025-04-14.ft-{job.id.removeprefix('ftjob-')}-triage"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"model": None}, "missing_required_parameter"),
        ({"model": "gpt-5"}, "model_not_available"),
        ({"model": "gpt-4.1-nano"}, "model_not_available"),
        ({"model": "no-such-model"}, "model_not_available"),
        ({"training_file": None}, "missing_required_parameter"),
        ({"training_file": "file-none"}, "invalid_file"),
        ({"validation_file": "file-none"}, "invalid_file"),
        ({"colour": "blue"}, "unknown_parameter"),
        ({"suffix": "x" * 65}, "invalid_value"),
        ({"suffix": ""}, "invalid_value"),
        ({"seed": -1}, "invalid_value"),
        ({"seed": 2**31}, "invalid_value"),
        ({"metadata": {"k": "x" * 513}}, "invalid_value"),
        ({"metadata": {str(at): "x" for at in range(17)}}, "invalid_value"),
        ({"integrations": [{"type": "other"}]}, "invalid_value"),
        ({"hyperparameters": {"n_epochs": 51}}, "invalid_value"),
        ({"hyperparameters": {"batch_size": 0}}, "invalid_value"),
        ({"hyperparameters": {"batch_size": 1.5}}, "invalid_type"),
        ({"hyperparameters": {"learning_rate_multiplier": 0}}, "invalid_value"),
        ({"hyperparameters": {"beta": 0.1}}, "unknown_parameter"),
        ({"method": {"type": "magic"}}, "invalid_value"),
        ({"method": {"type": "dpo", "dpo": {"hyperparameters": {"beta": 3}}}}, "invalid_value"),
        ({"method": {"type": "reinforcement"}}, "missing_required_parameter"),
        ({"method": {"type": "reinforcement", "reinforcement": {"grader": {"type": "magic"}}}}, "invalid_value"),
        (REWARDED | {"model": "gpt-4.1"}, "model_not_available"),
        (REWARDED, "missing_required_parameter"),
    ],
)
def test_each_parameter_is_checked_before_anything_is_bought(
    sandbox: Running, account: OpenAIAccount, change: dict[str, Any], code: str
) -> None:
    body = {"model": "gpt-4.1", "training_file": upload(account.client, small())} | change
    answer = sandbox.http.post("/v1/fine_tuning/jobs", json=body, headers={"authorization": f"Bearer {account.name}"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
    assert sandbox.ledger(account.name)["jobs"] == []


@pytest.mark.parametrize("suffix", ["x" * 41, "v1.2", "a b"])
def test_azures_suffix_is_shorter_and_has_no_dots(resource: AzureAccount, suffix: str) -> None:
    file_id = upload(resource.client, small())
    with pytest.raises(openai.BadRequestError, match="suffix"):
        resource.client.fine_tuning.jobs.create(model="gpt-4.1", training_file=file_id, suffix=suffix)


def test_openai_filters_by_metadata_and_azure_does_not(
    account: OpenAIAccount, resource: AzureAccount, sandbox: Running
) -> None:
    file_id = upload(account.client, small())
    made = [
        account.client.fine_tuning.jobs.create(model="gpt-4.1", training_file=file_id, metadata=metadata).id
        for metadata in ({"run": "a"}, {"run": "b"}, None)
    ]
    assert [job.id for job in account.client.fine_tuning.jobs.list(metadata={"run": "b"})] == [made[1]]
    headers = {"authorization": f"Bearer {account.name}"}
    without = sandbox.http.get("/v1/fine_tuning/jobs?metadata=null", headers=headers).json()["data"]
    assert [job["id"] for job in without] == [made[2]]
    azure_id = upload(resource.client, small())
    job = resource.client.fine_tuning.jobs.create(model="gpt-4.1", training_file=azure_id)
    assert [each.id for each in resource.client.fine_tuning.jobs.list(metadata={"run": "b"})] == [job.id]


def test_jobs_are_listed_newest_first_in_pages_of_twenty(account: OpenAIAccount) -> None:
    file_id = upload(account.client, small())
    made = [account.client.fine_tuning.jobs.create(model="gpt-4.1", training_file=file_id).id for _ in range(23)]
    page = account.client.fine_tuning.jobs.list()
    assert [job.id for job in page.data] == made[:2:-1]
    assert page.has_more
    assert [job.id for job in page] == made[::-1]


def test_events_come_newest_first_in_pages_that_fit_together(account: OpenAIAccount) -> None:
    client = account.client
    job, _ = watch(client, client.fine_tuning.jobs.create(model="gpt-4.1", training_file=upload(client, small())).id)
    paged = [event.id for event in client.fine_tuning.jobs.list_events(job.id, limit=17)]
    assert paged == [event.id for event in client.fine_tuning.jobs.list_events(job.id, limit=1000).data]
    assert len(set(paged)) == len(paged) == 100 + 8 + 9


def test_a_job_cancelled_in_training_owes_the_work_done(slow_sandbox: Running, slow_account: OpenAIAccount) -> None:
    client = slow_account.client
    file_id = upload(client, measured([50] * 40))
    job = client.fine_tuning.jobs.create(model="gpt-4.1", training_file=file_id)
    slow_sandbox.post("/clock", {"advance_seconds": 100 + 2160 / 2 + 1})
    assert client.fine_tuning.jobs.retrieve(job.id).status == "running"
    cancelled = client.fine_tuning.jobs.cancel(job.id)
    assert (cancelled.status, cancelled.trained_tokens) == ("cancelled", 3000)
    slow_sandbox.post("/clock", {"advance_seconds": 10_000})
    (owed,) = slow_sandbox.ledger(slow_account.name)["jobs"]
    assert (owed["status"], owed["steps_done"], owed["billed_tokens"], owed["amount_usd"]) == (
        "cancelled",
        60,
        3000,
        "0.075",
    )
    assert messages(client, job.id)[-1] == "Fine-tuning job cancelled"
    with pytest.raises(openai.BadRequestError):
        client.fine_tuning.jobs.cancel(job.id)


def test_a_job_cancelled_before_training_owes_nothing(slow_sandbox: Running, slow_resource: AzureAccount) -> None:
    client = slow_resource.client
    file_id = client.files.create(file=("t.jsonl", small()), purpose="fine-tune").id
    slow_sandbox.post("/clock", {"advance_seconds": 60})
    job = client.fine_tuning.jobs.create(model="gpt-4.1", training_file=file_id)
    client.fine_tuning.jobs.cancel(job.id)
    (owed,) = slow_sandbox.ledger(slow_resource.name)["jobs"]
    assert (owed["billed_tokens"], owed["amount_usd"]) == (0, "0")


def test_azure_deletes_a_finished_job_and_the_ledger_keeps_it(sandbox: Running, resource: AzureAccount) -> None:
    client = resource.client
    job, _ = watch(client, client.fine_tuning.jobs.create(model="gpt-4.1", training_file=upload(client, small())).id)
    path = f"/azure/{resource.name}/openai/fine_tuning/jobs/{job.id}?api-version=2024-10-21"
    assert sandbox.http.delete(path, headers={"api-key": "az-sandbox-1"}).status_code == 204
    with pytest.raises(openai.NotFoundError):
        client.fine_tuning.jobs.retrieve(job.id)
    assert [owed["is_deleted"] for owed in sandbox.ledger(resource.name)["jobs"]] == [True]


def test_openai_deletes_no_job(sandbox: Running, account: OpenAIAccount) -> None:
    headers = {"authorization": f"Bearer {account.name}"}
    assert sandbox.http.delete("/v1/fine_tuning/jobs/ftjob-x", headers=headers).status_code == 405


def test_others_are_answered_while_a_large_file_is_read(account: OpenAIAccount) -> None:
    file_id = upload(account.client, measured([300 + number % 50 for number in range(4000)]))
    with ThreadPoolExecutor(1) as orders:
        order = orders.submit(account.client.fine_tuning.jobs.create, training_file=file_id, model="gpt-4.1")
        answered = 0
        while not order.done():
            account.client.files.retrieve(file_id)
            answered += 1
    assert order.result().status == "validating_files"
    # One more may be answered before the order is heard, and one after.
    assert answered > 5


def test_an_account_whose_training_is_closed_is_told_so(sandbox: Running, account: OpenAIAccount) -> None:
    file_id = upload(account.client, small())
    sandbox.post(f"/accounts/{account.name}", {"training_closed": True})
    with pytest.raises(openai.PermissionDeniedError) as refused:
        account.client.fine_tuning.jobs.create(model="gpt-4.1", training_file=file_id)
    assert refused.value.code == "training_not_available"


def test_a_tuned_model_can_be_trained_further(account: OpenAIAccount) -> None:
    client = account.client
    file_id = upload(client, small())
    first, _ = watch(client, client.fine_tuning.jobs.create(model="gpt-4.1", training_file=file_id).id)
    again = client.fine_tuning.jobs.create(model=str(first.fine_tuned_model), training_file=file_id)
    assert again.model == first.fine_tuned_model
    assert watch(client, again.id)[0].status == "succeeded"


def test_the_ledger_counts_every_job_by_its_files_name(sandbox: Running, account: OpenAIAccount) -> None:
    file_id = upload(account.client, small(), "tw_a_b_job1_e1.jsonl")
    for _ in range(2):
        account.client.fine_tuning.jobs.create(model="gpt-4.1", training_file=file_id)
    assert sandbox.ledger(account.name)["tags"] == {"tw_a_b_job1_e1.jsonl": 2}
    counts = sandbox.get("/requests", account=account.name)["requests"]
    assert counts["create_job"] == 2


def test_azures_developer_tier_costs_half_and_openai_knows_no_tiers(
    sandbox: Running, account: OpenAIAccount, resource: AzureAccount
) -> None:
    client = resource.client
    file_id = upload(client, measured([200] * 100))
    for tier in ("globalstandard", "developerTier", "Developer"):
        job = client.fine_tuning.jobs.create(model="gpt-4.1", training_file=file_id, extra_body={"trainingType": tier})
        watch(client, job.id)
    owed = [(one["tier"], one["amount_usd"]) for one in sandbox.ledger(resource.name)["jobs"]]
    assert owed == [("global", "0.12"), ("developer", "0.06"), ("standard", "0.15")], "the last is v1's spelling"
    with pytest.raises(openai.BadRequestError, match="trainingType"):
        account.client.fine_tuning.jobs.create(
            model="gpt-4.1", training_file=upload(account.client, small()), extra_body={"trainingType": "developerTier"}
        )


def test_answers_fit_the_published_document_where_that_is_switched_on(sandbox: Running, account: OpenAIAccount) -> None:
    client = account.client
    job, _ = watch(client, client.fine_tuning.jobs.create(model="gpt-4.1", training_file=upload(client, small())).id)
    headers = {"authorization": f"Bearer {account.name}"}

    def shown() -> tuple[Any, bool, set[str]]:
        error = sandbox.http.get(f"/v1/fine_tuning/jobs/{job.id}", headers=headers).json()["error"]
        file = sandbox.http.get(f"/v1/files/{job.training_file}", headers=headers).json()
        events = sandbox.http.get(f"/v1/fine_tuning/jobs/{job.id}/events?limit=500", headers=headers).json()["data"]
        return error, "expires_at" in file, {event["type"] for event in events}

    assert shown() == ({}, True, {"message", "metrics", "moderation_checks"})
    sandbox.post(f"/accounts/{account.name}", {"as_published": True})
    assert shown() == (None, False, {"message", "metrics"})
