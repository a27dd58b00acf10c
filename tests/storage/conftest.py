"""The three places that keep blobs, each with nothing in it of another test."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.storage import Storage, StorageKey, storage_from
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


def in_bucket(bucket: Bucket, prefix: str, secret: str = buckets.SECRET) -> Storage:
    url = f"s3://{buckets.BUCKET}/{prefix}?endpoint={bucket.url}&region={buckets.REGION}"
    return storage_from(url, StorageKey(buckets.KEY_ID, secret))


def in_azure(azure: AzureBlobs, prefix: str, secret: str = azure_blobs.SECRET) -> Storage:
    url = f"az://{azure_blobs.CONTAINER}/{prefix}?account={azure_blobs.ACCOUNT}&endpoint={azure.url}"
    return storage_from(url, StorageKey(secret=secret))


@pytest.fixture(params=["local", "s3", "azure"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    prefix = f"some/{uuid.uuid4().hex}"
    match request.param:
        case "s3":
            return in_bucket(request.getfixturevalue("bucket"), prefix)
        case "azure":
            return in_azure(request.getfixturevalue("azure"), prefix)
        case _:
            return storage_from(tmp_path.as_uri())
