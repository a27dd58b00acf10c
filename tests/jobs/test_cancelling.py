"""A job that has not reached the provider is cancelled at once."""

from tests.support.workshop import Workshop


def test_a_queued_job_is_cancelled_at_once_and_nothing_reaches_the_provider(workshop: Workshop) -> None:
    job = workshop.submit()
    answer = workshop.member.post(f"/v1/jobs/{job}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (202, "cancelled")
    assert answer.json()["finished_at"] is not None
    again = workshop.member.post(f"/v1/jobs/{job}/cancel")
    assert again.json() == workshop.job(job)
    workshop.drain()
    assert "upload_file" not in workshop.sandbox.requests(workshop.account)
    workshop.check_books()
