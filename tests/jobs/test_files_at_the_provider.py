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


def test_one_not_found_does_not_make_the_file_be_sent_again(slow_azure: Workshop) -> None:
    job = slow_azure.submit()
    slow_azure.drain()
    slow_azure.fault("retrieve_file", "not_found_once")
    slow_azure.pass_time(FILE_SECONDS)
    slow_azure.drain()
    assert slow_azure.sandbox.requests(slow_azure.account)["retrieve_file"] == 1
    assert slow_azure.sandbox.requests(slow_azure.account)["upload_file"] == 1
    assert slow_azure.api.sql("SELECT epoch FROM jobs WHERE id = %s", job) == [(1,)]


def test_a_file_that_somebody_deleted_is_sent_again(slow_azure: Workshop) -> None:
    job = slow_azure.submit()
    slow_azure.drain()
    provider = slow_azure.open()
    for file in provider.files("tw_"):
        provider.delete_file(file.id)
    slow_azure.pass_time(FILE_SECONDS)
    slow_azure.drain()
    (again,) = provider.files("tw_")
    provider.close()
    assert again.name.endswith(f"{job}_e2_training.jsonl")
