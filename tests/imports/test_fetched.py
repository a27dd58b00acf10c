"""Training files that Azure fetches from our storage by a signed address, in place of being sent."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import structlog

from tests.imports.past import content
from tests.support.azure_blobs import AzureBlobs, azure_blobs, storage_in
from tests.support.workshop import Workshop


@pytest.fixture
def dialect() -> str:
    return "azure"


@pytest.fixture
def blobs() -> Iterator[AzureBlobs]:
    with azure_blobs() as made:
        yield made


@pytest.fixture
def there(workshop: Workshop, blobs: AzureBlobs) -> Workshop:
    """With its blobs in an object store that Azure may fetch from."""
    storage = storage_in(blobs, "ours")
    keys = workshop.api.sql("SELECT storage_key, examples_key FROM datasets WHERE id = %s", workshop.dataset_id)[0]
    for key in filter(None, keys):
        with storage.incoming() as blob:
            blob.write(content())
            blob.keep(key)
    changed = workshop.api.admin.patch(f"/v1/connections/{workshop.connection_id}", json={"fetches_files": True})
    assert changed.json()["fetches_files"] is True
    workshop.sandbox.require_bom(workshop.account)
    return replace(workshop, context=replace(workshop.context, storage=storage))


def test_a_file_is_fetched_whole_and_its_copy_is_gone_afterwards(there: Workshop, blobs: AzureBlobs) -> None:
    before = set(blobs.blobs)
    there.fault(
        "import_file", "accept_then_status", status=503
    )  # the answer is lost, and the file is found by its name
    job = there.until_over(there.submit())
    asked = there.sandbox.requests(there.account)
    assert (job["status"], asked["import_file"], asked.get("upload_file", 0)) == ("succeeded", 1, 0)
    assert {name.split("/")[1] for name in set(blobs.blobs) - before} == {"receipts"}
    there.check_books()


def test_an_address_that_could_not_be_fetched_is_told_without_what_signs_it(there: Workshop, blobs: AzureBlobs) -> None:
    blobs.refuses_signed = True
    with structlog.testing.capture_logs() as logs:
        job = there.until_over(there.submit())
    assert (job["status"], job["reason_code"]) == ("failed", "fileImportFailed")
    assert "could not be fetched" in job["reason"]
    story = str((logs, there.events(job["id"])))
    assert all(word not in story for word in ("sig=", "sp=r"))


def test_only_azure_fetches(workshop: Workshop) -> None:
    body = {"name": "x", "provider": "openai", "base_url": "https://example.com", "credential": "sk-0123456789abcdef"}
    refused = workshop.api.admin.post("/v1/connections", json=body | {"fetches_files": True})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/fetches_files")
