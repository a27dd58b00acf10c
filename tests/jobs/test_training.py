"""A job's way from the order to the model: held, sent, bought, watched, charged, registered, tidied up."""

from decimal import Decimal
from typing import Any

import pytest

from shared.providers import open_provider
from shared.providers.base import Access
from tests.support.laboratory import rows
from tests.support.office import HELD_OUT, MODEL, Office

STORY = ["queued", "uploading", "submitting", "running", "succeeded"]
TRAINING = rows("support_triage", held_out=False)


def files_left(office: Office) -> list[str]:
    """What of ours, or of our jobs' results, still lies at the providers."""
    accesses = {
        "openai": Access(f"{office.lab.sandbox.url}/v1", office.lab.account),
        "azure": Access(f"{office.lab.sandbox.url}/azure/{office.resource}", f"az-sandbox-{office.resource}"),
    }
    left = []
    for dialect, access in accesses.items():
        provider = open_provider(dialect, access)
        left += [file.name for file in provider.files("")]
        provider.close()
    return left


def story(office: Office, job_id: str) -> list[str]:
    """The statuses that a job went through, in their order."""
    told = [event["data"]["status"] for event in office.events(job_id) if event["kind"] == "status"]
    return [status for place, status in enumerate(told) if told[place - 1 : place] != [status]]


@pytest.mark.parametrize("dialect", ["openai", "azure"])
def test_a_job_is_charged_what_the_provider_bills(office: Office, dialect: str) -> None:
    connection, account = (
        (office.openai(), office.lab.account) if dialect == "openai" else (office.azure(), office.resource)
    )
    job_id = office.submit(office.dataset(), connection_id=connection)
    assert office.look(f"/teams/{office.lab.team_id}/budget")["held_usd"] == office.job(job_id)["held"]
    job = office.finish(job_id)
    (bill,) = office.bought(account)
    price = Decimal(office.look("/catalogue")["data"][0]["usd_per_million_training_tokens"])
    charged = price * job["billed_tokens"] / 10**6
    assert (job["status"], job["billed_tokens"], job["provider_job_id"]) == (
        "succeeded",
        bill["billed_tokens"],
        bill["id"],
    )
    assert Decimal(office.look("/spend")["total"]) == charged <= Decimal(job["held"])
    assert Decimal(office.look(f"/teams/{office.lab.team_id}/budget")["held_usd"]) == 0
    assert story(office, job_id) == STORY
    assert files_left(office) == []


def test_the_model_remembers_what_it_was_made_from(office: Office) -> None:
    office.openai()
    dataset_id = office.dataset()
    job = office.finish(office.submit(dataset_id, suffix="triage", seed=7))
    (model,) = office.look("/models")["data"]
    lineage = office.look(f"/models/{model['id']}/lineage")["lineage"]
    assert model["provider_model"] == job["fine_tuned_model"]
    assert ":triage:" in job["fine_tuned_model"]
    assert lineage["datasets"]["training"]["sha256"] == office.look(f"/datasets/{dataset_id}")["sha256"]
    assert (lineage["job_id"], lineage["seed"], lineage["base_model"]) == (job["id"], 7, MODEL)
    assert lineage["provider_job_id"] == job["provider_job_id"]
    told = office.lab.told()
    assert told[told.index(("job.succeeded", job["id"])) + 1] == ("model.registered", model["id"])


def test_steps_losses_and_checkpoints_are_kept(office: Office) -> None:
    office.openai()
    job_id = office.submit(office.dataset(), hyperparameters={"n_epochs": 3, "batch_size": 2})
    halfway = office.until(job_id, "running")
    while not halfway["progress"].get("step"):
        office.pass_time(60)
        office.drain()
        halfway = office.job(job_id)
    total = -(-len(HELD_OUT) // 2) * 3
    assert 0 < halfway["progress"]["percent"] < 100
    assert halfway["progress"]["total_steps"] == total
    assert set(halfway["progress"]) <= {"step", "total_steps", "percent", "seconds_left", "train_loss", "valid_loss"}
    assert office.finish(job_id)["progress"]["percent"] == 100
    metrics = office.look(f"/jobs/{job_id}/metrics")["data"]
    assert [one["step"] for one in metrics] == list(range(1, total + 1))
    assert metrics[-1]["train_loss"] < metrics[0]["train_loss"]
    checkpoints = office.look(f"/jobs/{job_id}/checkpoints")["data"]
    assert [one["step"] for one in checkpoints][-1:] == [total]


def test_a_validation_dataset_is_sent_and_its_losses_are_kept(office: Office) -> None:
    office.openai()
    training, held_out = office.dataset(TRAINING[:20]), office.dataset(HELD_OUT, "held out")
    job_id = office.submit(training, validation_dataset_id=held_out)
    assert office.finish(job_id)["status"] == "succeeded"
    losses = [one["valid_loss"] for one in office.look(f"/jobs/{job_id}/metrics")["data"]]
    assert any(loss is not None for loss in losses)
    assert files_left(office) == []


@pytest.mark.parametrize("dialect", ["openai", "azure"])
def test_what_was_asked_for_reaches_the_provider(office: Office, dialect: str) -> None:
    connection = office.openai() if dialect == "openai" else office.azure()
    wanted = {"n_epochs": 2, "batch_size": 4, "learning_rate_multiplier": 1.5}
    job_id = office.submit(office.dataset(), connection_id=connection, hyperparameters=wanted, seed=99, suffix="mine")
    told = ordered(office, dialect, office.until(job_id, "running")["provider_job_id"])
    assert (told["seed"], told["model"]) == (99, MODEL)
    settings = told["method"]["supervised"]["hyperparameters"] if dialect == "openai" else told["hyperparameters"]
    assert {name: settings[name] for name in wanted} == wanted


def test_what_was_left_out_is_the_providers_to_choose(office: Office) -> None:
    office.openai()
    job = office.until(office.submit(office.dataset(), hyperparameters={}), "running")
    assert office.look(f"/jobs/{job['id']}")["estimate"]["n_epochs"] == 3
    assert ordered(office, "openai", job["provider_job_id"])["hyperparameters"]["n_epochs"] in ("auto", 3)


def ordered(office: Office, dialect: str, provider_job_id: str) -> dict[str, Any]:
    """The job as the provider shows it."""
    http = office.lab.sandbox.http
    if dialect == "openai":
        headers = {"Authorization": f"Bearer {office.lab.account}"}
        return dict(http.get(f"/v1/fine_tuning/jobs/{provider_job_id}", headers=headers).json())
    path = f"/azure/{office.resource}/openai/v1/fine_tuning/jobs/{provider_job_id}"
    return dict(http.get(path, headers={"api-key": f"az-sandbox-{office.resource}"}).json())


def test_a_job_that_fails_gives_everything_back_and_says_why(office: Office) -> None:
    office.openai()
    office.fault("fail_job", "create_job")
    job = office.finish(office.submit(office.dataset()))
    assert job["status"] == "failed"
    assert job["reason"].startswith("The provider ended the job: ")
    assert (office.lab.held(), office.lab.spent()) == (0, 0)
    assert files_left(office) == []
    assert office.lab.told()[-1] == ("job.failed", job["id"])


def test_an_account_that_is_closed_to_training_is_remembered(office: Office) -> None:
    connection, dataset_id = office.openai(), office.dataset()
    office.lab.sandbox.post(f"/accounts/{office.lab.account}", {"training_closed": True})
    job = office.finish(office.submit(dataset_id))
    assert (job["status"], job["reason_code"]) == ("failed", "training_closed")
    assert (office.lab.held(), office.lab.spent(), office.bought()) == (0, 0, [])
    assert office.look(f"/connections/{connection}")["training_open"] is False
    for chosen in ({}, {"connection_id": connection}):
        refused = office.order(dataset_id, **chosen)
        assert (refused.status_code, refused.json()["code"]) == (403, "training_closed")
    choices = [{"connection_id": connection, "model": MODEL}]
    estimated = office.member.post("/v1/estimates", json={"dataset_id": dataset_id, "choices": choices})
    assert estimated.json()["data"][0]["refused"]["code"] == "training_closed"
    assert office.look("/catalogue")["data"] == []


def test_a_throttled_order_is_put_off_and_bought_once(office: Office) -> None:
    office.openai()
    office.fault("throttle", "create_job", retry_after=5)
    job_id = office.submit(office.dataset())
    assert office.finish(job_id)["status"] == "succeeded"
    assert len(office.bought()) == 1
    assert "provider_throttled" in [event["data"].get("reason_code") for event in office.events(job_id)]


def test_nothing_is_told_twice_however_often_the_provider_is_asked(office: Office) -> None:
    office.openai()
    job_id = office.submit(office.dataset())
    office.until(job_id, "running")
    for _ in range(8):
        office.pass_time(15)
        office.drain()
    office.finish(job_id)
    messages = [(event["kind"], event["message"]) for event in office.events(job_id)]
    assert len(messages) == len(set(messages))
