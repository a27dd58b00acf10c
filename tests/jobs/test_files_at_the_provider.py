"""The files that an order names: waited for, but not for ever, and not given up at the first "not found"."""

from collections.abc import Iterator

import pytest

from shared.jobs.recording import FILE_LOOKS, FILE_SECONDS
from tests.sandbox.server import running
from tests.support.api import Api
from tests.support.workshop import Workshop, workshop_on


@pytest.fixture
def slow_azure(api: Api) -> Iterator[Workshop]:
    """An account at which a file takes days to be processed."""
    with running("--speed", "0.00001") as server, workshop_on(api, server.url, "azure") as made:
        yield made


def test_a_file_that_is_never_processed_is_ordered_in_the_end_and_the_provider_says_no(slow_azure: Workshop) -> None:
    job = slow_azure.submit()
    slow_azure.drain()
    slow_azure.api.sql("UPDATE jobs SET attempts = %s", FILE_LOOKS - 1)  # ten minutes of looks later
    slow_azure.pass_time(FILE_SECONDS)
    slow_azure.drain()
    assert slow_azure.job(job)["status"] == "uploading"
    slow_azure.pass_time(FILE_SECONDS)
    slow_azure.drain()

    ended = slow_azure.job(job)
    assert ended["status"] == "failed"
    assert "still being processed" in ended["reason"]
    slow_azure.check_books()


def test_one_not_found_does_not_make_the_file_be_sent_again(api: Api, sandbox_url: str) -> None:
    with workshop_on(api, sandbox_url, "openai") as workshop:
        workshop.fault("create_job", "throttle", retry_after=5)
        job = workshop.submit()
        workshop.until_code(job, "provider_throttled")
        workshop.fault("retrieve_file", "not_found_once")
        assert workshop.until_over(job)["status"] == "succeeded"
        assert workshop.sandbox.requests(workshop.account)["upload_file"] == 1
        assert workshop.api.sql("SELECT epoch FROM jobs WHERE id = %s", job) == [(1,)]


def test_a_file_that_somebody_deleted_is_sent_again(api: Api, sandbox_url: str) -> None:
    with workshop_on(api, sandbox_url, "openai") as workshop:
        workshop.fault("create_job", "throttle", retry_after=5)
        job = workshop.submit()
        workshop.until_code(job, "provider_throttled")
        provider = workshop.open()
        for file in provider.files("tw_"):
            provider.delete_file(file.id)
        provider.close()
        assert workshop.until_over(job)["status"] == "succeeded"
        assert workshop.times_bought(job) == 1
        workshop.check_books()
