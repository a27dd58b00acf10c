"""Stopping a job: at once where nothing was bought, at the provider otherwise, and what was done until then is charged."""

from shared.queue import Task
from tests.support.office import Office


def cancel(office: Office, job_id: str) -> str:
    answer = office.member.post(f"/v1/jobs/{job_id}/cancel")
    assert answer.status_code == 202, answer.text
    return str(answer.json()["status"])


def test_a_queued_job_is_cancelled_at_once(office: Office) -> None:
    office.openai()
    job_id = office.submit(office.dataset())
    assert cancel(office, job_id) == "cancelled"
    office.finish(job_id)
    assert (office.lab.held(), office.lab.spent(), office.bought()) == (0, 0, [])


def test_a_job_whose_files_were_sent_is_never_bought(office: Office) -> None:
    office.openai()
    job_id = office.submit(office.dataset())
    assert office.step(Task.UPLOAD_FILES)
    assert office.job(job_id)["status"] in ("uploading", "submitting")
    assert cancel(office, job_id) == "cancelling"
    assert office.finish(job_id)["status"] == "cancelled"
    assert (office.lab.held(), office.lab.spent(), office.bought()) == (0, 0, [])


def test_a_job_that_was_never_ordered_needs_no_provider_to_be_cancelled(office: Office) -> None:
    office.openai()
    job_id = office.submit(office.dataset())
    assert office.step(Task.UPLOAD_FILES)
    assert cancel(office, job_id) == "cancelling"
    # As when its credential cannot be opened, or is refused.
    office.lab.api.sql("UPDATE connections SET failures = 3, resume_at = tw_now() + '1 hour', sealed_credential = ''")
    office.lab.api.sql("UPDATE paces SET allowance = -9, rounds_from = tw_now() + '1 minute'")
    assert office.step(Task.SUBMIT_JOBS)
    assert office.job(job_id)["status"] == "cancelled"
    assert (office.lab.held(), office.bought()) == (0, [])
    assert office.lab.api.sql("SELECT failures FROM connections") == [(3,)]


def test_what_was_cancelled_early_waits_for_no_round(office: Office) -> None:
    office.openai()
    office.fault("accept_then_drop", "create_job")
    job_id = office.submit(office.dataset())
    while not office.bought():
        office.pass_time(3)
        office.drain()
    assert cancel(office, job_id) == "cancelling"
    office.lab.api.sql("UPDATE paces SET rounds_from = tw_now() + '1 hour'")
    assert office.step(Task.SUBMIT_JOBS)
    assert office.job(job_id)["provider_job_id"] == office.bought()[0]["id"]


def test_a_job_that_waits_for_its_order_is_never_bought(office: Office) -> None:
    office.openai()
    office.fault("throttle", "create_job", times=50, retry_after=100)
    job_id = office.submit(office.dataset())
    office.drain()
    office.pass_time(5)
    office.drain()
    assert office.job(job_id)["reason_code"] == "provider_throttled"
    assert cancel(office, job_id) == "cancelling"
    assert office.finish(job_id)["status"] == "cancelled"
    assert (office.lab.held(), office.lab.spent(), office.bought()) == (0, 0, [])


def test_an_order_that_was_not_answered_is_found_and_stopped(office: Office) -> None:
    office.openai()
    office.fault("accept_then_drop", "create_job")
    job_id = office.submit(office.dataset())
    while not office.bought():
        office.pass_time(3)
        office.drain()
    assert office.job(job_id)["status"] == "submitting"
    assert cancel(office, job_id) == "cancelling"
    assert office.finish(job_id)["status"] == "cancelled"
    (bought,) = office.bought()
    assert bought["status"] == "cancelled"


def test_work_that_was_done_is_charged(office: Office) -> None:
    office.openai()
    job_id = office.submit(office.dataset(), hyperparameters={"n_epochs": 4})
    office.until(job_id, "running")
    while not office.job(job_id)["progress"].get("step"):
        office.pass_time(200)
        office.drain()
    assert cancel(office, job_id) == "cancelling"
    job = office.finish(job_id)
    assert job["status"] == "cancelled"
    assert office.lab.held() == 0
    (bill,) = office.bought()
    assert bill["steps_done"] > 0
    assert 0 < office.lab.spent() < 10**9 * float(job["held"])
    assert job["billed_tokens"] > 0


def test_before_training_began_nothing_is_charged(office: Office) -> None:
    office.openai()
    job_id = office.submit(office.dataset())
    office.until(job_id, "running", step_seconds=5)
    cancel(office, job_id)
    job = office.finish(job_id)
    assert (job["status"], office.lab.held(), office.lab.spent()) == ("cancelled", 0, 0)


def test_the_provider_may_finish_first(office: Office) -> None:
    office.openai()
    job_id = office.submit(office.dataset())
    office.until(job_id, "running")
    office.pass_time(10_000)
    assert cancel(office, job_id) == "cancelling"
    job = office.finish(job_id)
    assert job["status"] == "succeeded"
    assert office.lab.spent() > 0


def test_a_job_that_was_cancelled_at_the_provider_says_so(office: Office) -> None:
    office.openai()
    job_id = office.submit(office.dataset())
    provider_job = office.until(job_id, "running")["provider_job_id"]
    headers = {"Authorization": f"Bearer {office.lab.account}"}
    office.lab.sandbox.http.post(f"/v1/fine_tuning/jobs/{provider_job}/cancel", headers=headers)
    job = office.finish(job_id)
    assert job["status"] == "cancelled"
    assert "not through this service" in job["reason"]


def test_asking_again_changes_nothing(office: Office) -> None:
    office.openai()
    job_id = office.submit(office.dataset())
    cancel(office, job_id)
    before = office.events(job_id)
    assert cancel(office, job_id) == "cancelled"
    assert office.events(job_id) == before


def test_a_job_that_is_over_stays_as_it_ended(office: Office) -> None:
    office.openai()
    job = office.finish(office.submit(office.dataset()))
    assert cancel(office, job["id"]) == "succeeded"
    assert office.job(job["id"]) == job
