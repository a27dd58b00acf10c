"""What a provider can do to an order, and what becomes of the job and of the money."""

import time
from typing import Any

import pytest

from tests.support.workshop import Workshop


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("accept_then_drop", {}),
        ("accept_then_status", {"status": 503}),
        ("accept_then_status", {"answer": "garbage"}),
        ("accept_then_status", {"answer": "truncated"}),
    ],
    ids=["dropped", "503", "garbage", "truncated"],
)
def test_an_order_that_was_taken_but_not_answered_is_adopted(
    workshop: Workshop, kind: str, parameters: dict[str, Any]
) -> None:
    workshop.fault("create_job", kind, **parameters)
    job = workshop.submit()
    assert workshop.until_over(job)["status"] == "succeeded"
    assert workshop.times_bought(job) == 1
    workshop.check_books()


def test_an_order_that_was_taken_too_late_names_a_file_that_is_gone(workshop: Workshop) -> None:
    workshop.fault("create_job", "late_accept", seconds=2)
    job = workshop.submit()
    workshop.until_code(job, "unanswered")
    workshop.pass_time(workshop.context.settle_seconds)  # before the provider takes it
    workshop.drain()
    time.sleep(2.2)
    assert workshop.until_over(job)["status"] == "succeeded"
    assert workshop.times_bought(job) == 1
    workshop.check_books()


def test_an_order_that_is_taken_late_but_within_the_window_is_adopted(workshop: Workshop) -> None:
    workshop.fault("create_job", "late_accept", seconds=0.3)
    job = workshop.submit()
    workshop.until_code(job, "unanswered")
    time.sleep(0.6)
    workshop.pass_time(4)
    assert workshop.until_over(job)["status"] == "succeeded"
    assert workshop.times_bought(job) == 1
    assert workshop.api.sql("SELECT epoch FROM jobs WHERE id = %s", job) == [(1,)]
    workshop.check_books()


def test_a_throttled_order_waits_as_long_as_it_is_told(workshop: Workshop) -> None:
    workshop.fault("create_job", "throttle", retry_after=40)
    job = workshop.submit()
    assert workshop.until_code(job, "provider_throttled")["status"] == "submitting"
    workshop.pass_time(30)
    workshop.drain()
    assert workshop.times_bought(job) == 0
    assert workshop.until_over(job)["status"] == "succeeded"
    assert workshop.times_bought(job) == 1


def test_an_exhausted_quota_fails_the_job_and_gives_its_money_back(workshop: Workshop) -> None:
    workshop.fault("create_job", "insufficient_quota")
    ended = workshop.until_over(job := workshop.submit())
    if workshop.provider == "azure":  # whose quota is of places, which come free as other jobs end
        assert (ended["status"], workshop.times_bought(job)) == ("succeeded", 1)
        return
    assert (ended["status"], ended["reason_code"]) == ("failed", "insufficient_quota")
    assert "quota" in ended["reason"]
    assert workshop.times_bought(job) == 0
    workshop.check_books()


def test_a_job_that_fails_in_training_says_why_and_costs_nothing(workshop: Workshop) -> None:
    workshop.fault("create_job", "fail_job", error={"message": "The loss became NaN."})
    ended = workshop.until_over(workshop.submit())
    assert ended["status"] == "failed"
    assert "The loss became NaN." in ended["reason"]
    workshop.check_books()


@pytest.mark.parametrize("kind", ["unknown_status", "status_regress", "not_found_once", "throttle"])
@pytest.mark.parametrize("operation", ["retrieve_job", "events"])
def test_odd_answers_to_a_look_change_nothing(workshop: Workshop, operation: str, kind: str) -> None:
    workshop.fault(operation, kind, times=2)
    job = workshop.submit()
    assert workshop.until_over(job, step_seconds=31)["status"] == "succeeded"
    assert workshop.times_bought(job) == 1
    workshop.check_books()


@pytest.mark.parametrize("operation", ["upload_file", "retrieve_file", "list_files", "delete_file", "checkpoints"])
@pytest.mark.parametrize("kind", ["not_found_once", "accept_then_drop", "status"])
def test_trouble_with_files_is_survived(workshop: Workshop, operation: str, kind: str) -> None:
    if kind == "not_found_once" and operation in ("upload_file", "list_files", "delete_file"):
        pytest.skip("a provider that says so means it: there is no such door, or the file is gone")
    workshop.fault(operation, kind)
    job = workshop.submit()
    assert workshop.until_over(job, step_seconds=31)["status"] == "succeeded"
    assert workshop.times_bought(job) == 1
    workshop.check_books()


def test_a_credential_revoked_while_a_job_runs_makes_it_wait_and_a_new_one_lets_it_go_on(workshop: Workshop) -> None:
    job = workshop.submit()
    refused = {"error": {"message": "Incorrect API key provided", "type": "invalid_request_error", "code": "401"}}
    workshop.fault("retrieve_job", "status", times=100, status=401, body=refused)
    assert workshop.until_code(job, "credential_refused")["status"] == "running"
    workshop.sandbox.mend()
    workshop.pass_time(300)
    assert workshop.until_over(job)["status"] == "succeeded"
    workshop.check_books()


def test_a_job_that_was_in_trouble_says_when_it_is_over(workshop: Workshop) -> None:
    workshop.fault("retrieve_job", "status", status=503)
    job = workshop.submit()
    workshop.until_over(job)
    story = [event["message"] for event in workshop.events(job) if event["kind"] == "status"]
    assert "The provider answers again." in story
