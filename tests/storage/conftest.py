"""The three places that keep blobs, each with nothing in it of another test."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.storage import Storage, storage_from
from tests.support import azure_blobs, buckets
from tests.support.azure_blobs import AzureBlobs
from tests.support.buckets import Bucket


@pytest.fixture(scope="session")
def bucket() -> Iterator[Bucket]:
    with buckets.bucket() as made:
        yield made


@pytest.fixture(scope="session")
def azure() -> Iterator[AzureBlobs]:
    with azure_blobs.azure_blobs() as made:
        yield made


@pytest.fixture(params=["local", "s3", "azure"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    prefix = f"some/{uuid.uuid4().hex}"
    match request.param:
        case "s3":
            return buckets.storage_in(request.getfixturevalue("bucket"), prefix)
        case "azure":
            return azure_blobs.storage_in(request.getfixturevalue("azure"), prefix)
        case _:
            return storage_from(tmp_path.as_uri())
