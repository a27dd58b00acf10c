"""What a job can be ordered with beyond its training: when it begins, when it is stopped, and whether it is ordered again."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.support.laboratory import rows
from tests.support.office import HELD_OUT, MODEL, Office


def dear_by_surprise(office: Office) -> str:
    """A job that may cost what it was estimated at, and whose provider goes through the examples far more often."""
    office.openai()
    office.lab.sandbox.post(f"/accounts/{office.lab.account}", {"auto_epochs": 25})
    dataset = office.dataset()
    job = office.job(office.submit(dataset, hyperparameters={}))
    office.member.post(f"/v1/jobs/{job['id']}/cancel")
    return office.submit(dataset, hyperparameters={}, max_cost_usd=job["held"])


def test_a_job_waits_until_its_time_has_come(office: Office) -> None:
    office.openai()
    when = datetime.now(UTC) + timedelta(hours=3)
    job_id = office.submit(office.dataset(), not_before=when.isoformat())
    office.drain()
    waiting = office.job(job_id)
    assert (waiting["status"], waiting["queue"]["position"]) == ("queued", None)
    assert f"before {when:%Y-%m-%d %H:%M} UTC" in waiting["queue"]["reason"]
    office.pass_time(3 * 3600)
    assert office.until(job_id, "running")["provider_job_id"]


def test_a_job_that_comes_to_its_most_is_paused(office: Office) -> None:
    job_id = dear_by_surprise(office)
    paused = office.until(job_id, "paused", step_seconds=60)
    assert (paused["reason_code"], paused["wish"]) == ("max_cost_reached", None)
    bill = office.bought()[-1]
    assert paused["progress"]["step"] <= bill["steps_done"] < paused["progress"]["total_steps"] / 2
    office.member.post(f"/v1/jobs/{job_id}/cancel")
    assert office.finish(job_id)["status"] == "cancelled"
    assert Decimal(office.look("/spend")["total"]) == Decimal(office.bought()[-1]["amount_usd"])


def test_where_it_cannot_be_paused_it_is_cancelled(office: Office) -> None:
    office.fault("not_found_once", "pause_job", times=100)
    job = office.finish(dear_by_surprise(office))
    assert (job["status"], job["reason_code"]) == ("cancelled", "max_cost_reached")
    assert "may cost" in job["reason"]
    assert (office.lab.held(), office.lab.spent() > 0) == (0, True)


def test_a_job_that_learns_no_more_is_stopped_and_keeps_what_it_has_learnt(office: Office) -> None:
    office.openai()
    training, held = office.dataset(rows("support_triage", held_out=False)[:20]), office.dataset(HELD_OUT, "held")
    wanted = {"hyperparameters": {"n_epochs": 30}, "early_stop": {"evaluations": 2}}
    refused = office.order(training, **wanted)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/early_stop")
    job_id = office.submit(training, validation_dataset_id=held, **wanted)
    office.until(job_id, "cancelled", step_seconds=100)
    job = office.finish(job_id)
    assert job["reason_code"] == "early_stopped"
    losses = [one["valid_loss"] for one in office.look(f"/jobs/{job_id}/metrics")["data"] if one["valid_loss"]]
    assert min(losses[-2:]) >= min(losses[:-2])
    kept, *_ = office.look(f"/jobs/{job_id}/checkpoints")["data"]
    model = office.member.post(f"/v1/jobs/{job_id}/checkpoints/{kept['step']}/register").json()
    assert (model["provider_model"], office.look("/models")["data"]) == (kept["model"], [model])


def test_a_provider_that_fails_is_asked_again_as_often_as_was_wished(office: Office) -> None:
    office.openai()
    office.fault("fail_job", "create_job", times=9)
    job_id = office.submit(office.dataset(), automatic_retries=2)
    office.finish(job_id)
    for _ in range(2):
        newest = office.look("/jobs")["data"][0]["id"]
        office.finish(newest)
    jobs = office.look("/jobs")["data"][::-1]
    assert [(one["status"], one["automatic_retries"]) for one in jobs] == [("failed", 2), ("failed", 1), ("failed", 0)]
    assert [one["retry_of"] for one in jobs] == [None, jobs[0]["id"], jobs[1]["id"]]
    assert (len(office.bought()), office.lab.held(), office.lab.spent()) == (3, 0, 0)


def test_what_was_to_stop_when_its_provider_failed_is_not_ordered_again(office: Office) -> None:
    office.openai()
    office.fault("fail_job", "create_job")
    job_id = office.submit(office.dataset(), automatic_retries=2)
    office.until(job_id, "running")
    assert office.member.post(f"/v1/jobs/{job_id}/cancel").json()["status"] == "cancelling"
    office.pass_time(3600)
    assert office.finish(job_id)["status"] == "failed"
    assert (len(office.look("/jobs")["data"]), len(office.bought()), office.lab.held()) == (1, 1, 0)


def test_data_that_failed_is_not_sent_again(office: Office) -> None:
    office.openai()
    office.fault("fail_job", "create_job", error={"code": "invalid_training_file", "message": "It is not safe."})
    job_id = office.submit(office.dataset(), automatic_retries=2)
    assert office.finish(job_id)["status"] == "failed"
    assert len(office.look("/jobs")["data"]) == 1


def test_labels_go_along_where_the_provider_takes_them(office: Office) -> None:
    office.openai()
    many = {f"label-{place:02}": "x" for place in range(16)}
    office.finish(office.submit(office.dataset(), labels=many))
    (bought,) = office.bought()
    assert len(bought["metadata"]) == 16
    assert {name: value for name, value in many.items() if name < "label-15"}.items() <= bought["metadata"].items()


def test_how_long_it_will_take_is_told_from_three_jobs_on(office: Office) -> None:
    connection, dataset = office.openai(), office.dataset()

    def told() -> dict[str, float] | None:
        choice = {"connection_id": connection, "model": MODEL, "n_epochs": 1}
        asked = office.member.post("/v1/estimates", json={"dataset_id": dataset, "choices": [choice]})
        duration: dict[str, float] | None = asked.json()["data"][0]["expected_duration"]
        return duration

    for _ in range(3):
        assert told() is None
        office.finish(office.submit(dataset))
    duration = told()
    assert duration is not None
    jobs = office.look("/jobs")["data"]
    took = sorted(
        (datetime.fromisoformat(job["finished_at"]) - datetime.fromisoformat(job["started_at"])).total_seconds()
        for job in jobs
    )
    assert duration["jobs"] == 3
    assert duration["training_p50"] == pytest.approx(took[1], abs=0.01)
    assert took[1] <= duration["training_p90"] <= took[2] + 0.01
    assert 0 <= duration["waiting_p50"] <= duration["waiting_p90"]
