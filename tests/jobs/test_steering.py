"""What people do to jobs that were ordered: pause, resume, order again, and decide what became of an unanswered order."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from shared.lifecycles import JobStatus
from shared.money import Usd
from tests.support.laboratory import Laboratory
from tests.support.office import Office


def say(office: Office, job_id: str, what: str, **body: Any) -> dict[str, Any]:
    answer = office.member.post(f"/v1/jobs/{job_id}/{what}", json=body or None)
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


def refusal(office: Office, job_id: str, what: str, **body: Any) -> tuple[int, str]:
    answer = office.member.post(f"/v1/jobs/{job_id}/{what}", json=body or None)
    return answer.status_code, answer.json()["code"]


def training(office: Office, provider: str) -> dict[str, Any]:
    """A job that has done a step."""
    connection = office.openai() if provider == "openai" else office.azure()
    job_id = office.submit(office.dataset(), connection_id=connection, hyperparameters={"n_epochs": 4})
    office.until(job_id, "running")
    while not office.job(job_id)["progress"].get("step"):
        office.pass_time(100)
        office.drain()
    return office.job(job_id)


@pytest.mark.parametrize("provider", ["openai", "azure"])
def test_a_paused_job_stands_still_and_then_goes_on_to_its_end(office: Office, provider: str) -> None:
    job = training(office, provider)
    assert say(office, job["id"], "pause")["wish"] == "pause"
    paused = office.until(job["id"], "paused")
    assert (paused["wish"], paused["held"]) == (None, job["held"])
    step = paused["progress"]["step"]
    office.pass_time(100_000)
    office.drain()
    assert (office.job(job["id"])["status"], office.job(job["id"])["progress"]["step"]) == ("paused", step)
    assert say(office, job["id"], "pause")["wish"] is None, "it is paused already"
    assert say(office, job["id"], "resume")["wish"] == "resume"
    assert office.until(job["id"], "running", step_seconds=5)["wish"] is None
    ended = office.finish(job["id"])
    (bill,) = office.bought(office.lab.account if provider == "openai" else office.resource)
    assert ended["status"] == "succeeded"
    assert Decimal(office.look("/spend")["total"]) == Decimal(bill["amount_usd"])


def test_a_job_that_has_done_nothing_yet_is_paused_as_soon_as_it_has(office: Office) -> None:
    office.openai()
    job_id = office.submit(office.dataset(), hyperparameters={"n_epochs": 4})
    office.until(job_id, "running", step_seconds=5)
    say(office, job_id, "pause")
    office.drain()
    assert office.job(job_id)["reason_code"] == "pause_refused"
    assert office.until(job_id, "paused")["progress"]["step"] >= 1


def test_a_wish_can_be_taken_back_and_a_paused_job_cancelled(office: Office) -> None:
    job = training(office, "openai")
    say(office, job["id"], "pause")
    say(office, job["id"], "resume")
    office.drain()
    assert (office.job(job["id"])["status"], office.job(job["id"])["wish"]) == ("running", None)
    say(office, job["id"], "pause")
    office.until(job["id"], "paused")
    say(office, job["id"], "cancel")
    assert office.finish(job["id"])["status"] == "cancelled"
    assert (office.lab.held(), office.lab.spent() > 0) == (0, True)


def test_only_what_is_fit_for_it_is_paused_resumed_retried_or_resolved(office: Office) -> None:
    office.openai()
    job_id = office.submit(office.dataset())
    for what in ("pause", "resume"):
        assert refusal(office, job_id, what) == (409, "conflict")
    assert refusal(office, job_id, "resolve", how="fail") == (409, "conflict")
    assert refusal(office, job_id, "retry", seed=1) == (409, "conflict")
    stranger = office.lab.api.member(office.lab.api.team("sales")["id"])
    assert stranger.post(f"/v1/jobs/{job_id}/pause").status_code == 404


def test_a_job_is_ordered_once_more_as_a_new_one_with_changes(office: Office) -> None:
    office.openai()
    first = office.submit(office.dataset(), seed=7, labels={"project": "support"}, max_cost_usd="9")
    say(office, first, "cancel")
    again = say(office, first, "retry", hyperparameters={"n_epochs": 2}, suffix="again")
    assert (again["retry_of"], again["seed"], again["labels"]) == (first, 7, {"project": "support"})
    assert (again["hyperparameters"], again["suffix"], again["max_cost"]) == ({"n_epochs": 2}, "again", "9.00")
    assert office.finish(again["id"])["status"] == "succeeded"
    assert office.job(first)["status"] == "cancelled", "a job tells one story only"


@pytest.fixture
def unknown(office: Office) -> tuple[Office, str]:
    """A dear job whose order was lost on the way, in the office where that is so."""
    lab: Laboratory = replace(office.lab, context=replace(office.lab.context, dear=Usd(0)))
    office = Office(lab, lab.member)
    office.openai()
    office.fault("status", "create_job", status=503)
    job_id = office.submit(office.dataset())
    office.until(job_id, JobStatus.SUBMIT_UNKNOWN)
    return office, job_id


def test_a_dear_order_without_an_answer_waits_for_a_person(unknown: tuple[Office, str]) -> None:
    office, job_id = unknown
    assert ("job.submit_unknown", job_id) in office.lab.told()
    for _ in range(3):
        office.pass_time(700)
        office.drain()
    assert (office.job(job_id)["status"], office.bought()) == ("submit_unknown", [])
    assert office.lab.held() > 0
    say(office, job_id, "resolve", how="adopt")
    office.drain()
    assert office.job(job_id)["reason_code"] == "submit_unknown", "there is nothing to adopt"


def test_resubmitted_it_is_bought_once(unknown: tuple[Office, str]) -> None:
    office, job_id = unknown
    assert say(office, job_id, "resolve", how="resubmit")["status"] == "queued"
    assert office.finish(job_id)["status"] == "succeeded"
    assert len(office.bought()) == 1


def test_given_up_it_costs_nothing(unknown: tuple[Office, str]) -> None:
    office, job_id = unknown
    assert say(office, job_id, "resolve", how="fail")["status"] == "failed"
    office.finish(job_id)
    assert (office.lab.held(), office.lab.spent(), office.bought()) == (0, 0, [])


def test_an_order_that_turns_up_late_is_adopted_by_itself(office: Office) -> None:
    lab = replace(office.lab, context=replace(office.lab.context, dear=Usd(0)))
    office = Office(lab, lab.member)
    office.openai()
    office.fault("accept_then_drop", "create_job")
    office.fault("status", "list_jobs", times=12, status=200, body={"object": "list", "data": [], "has_more": False})
    job_id = office.submit(office.dataset())
    office.until(job_id, "submit_unknown")
    office.lab.sandbox.http.delete("/_sandbox/faults")
    say(office, job_id, "resolve", how="adopt")
    assert office.finish(job_id)["status"] == "succeeded"
    assert len(office.bought()) == 1
