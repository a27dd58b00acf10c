"""Object stores: what they are left with, what is said when they do not answer, and that nobody else is asked who we are."""

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.storage import LocalStorage, StorageIsAway, StorageIsFull, StorageKey, storage_from
from tests.storage.test_contract import LARGE, SMALL, keep, missing, read
from tests.support import azure_blobs, buckets
from tests.support.azure_blobs import AzureBlobs
from tests.support.buckets import Bucket


def test_a_bucket_is_left_with_what_was_kept_and_no_part_of_anything_else(bucket: Bucket) -> None:
    storage = buckets.storage_in(bucket, "leftovers")
    keep(storage, "team_1/abc", LARGE)
    with pytest.raises(ZeroDivisionError), storage.incoming() as incoming:
        incoming.write(LARGE)
        raise ZeroDivisionError
    with storage.incoming() as incoming:
        incoming.write(LARGE)
        incoming.flush()
    assert {name for name in bucket.names() if name.startswith("leftovers/")} == {"leftovers/team_1/abc"}
    assert bucket.unfinished() == []


def test_what_a_killed_process_left_is_forgotten_after_a_day(azure: AzureBlobs, tmp_path: Path) -> None:
    azure.put("killed/incoming/old", SMALL)
    azure.put("killed/incoming/new", SMALL)
    azure.put("killed/team_1/old", SMALL)
    for name in ("killed/incoming/old", "killed/team_1/old"):
        azure.changed[name] = datetime.now(UTC) - timedelta(hours=25)
    azure_blobs.storage_in(azure, "killed").forget_leftovers()
    assert {name for name in azure.blobs if name.startswith("killed/")} == {"killed/incoming/new", "killed/team_1/old"}


def test_a_wrong_secret_is_no_missing_blob(azure: AzureBlobs) -> None:
    keep(azure_blobs.storage_in(azure, "secret"), "team_1/abc", SMALL)
    with pytest.raises(StorageIsAway, match="403"):
        azure_blobs.storage_in(azure, "secret", secret="d3Jvbmc=").open("team_1/abc")


def test_a_bucket_that_is_not_there_is_said_when_writing(bucket: Bucket) -> None:
    url = f"s3://nobodys-bucket?endpoint={bucket.url}&region={buckets.REGION}"
    storage = storage_from(url, StorageKey(buckets.KEY_ID, buckets.SECRET))
    for content in (SMALL, LARGE):
        with pytest.raises(StorageIsAway):
            keep(storage, "team_1/abc", content)


def test_a_store_without_room_and_one_that_is_away_are_told_apart(
    azure: AzureBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = azure_blobs.storage_in(azure, "faults")
    for status, fault in ((507, StorageIsFull), (503, StorageIsAway)):
        monkeypatch.setattr(azure, "failing", status)
        for content in (SMALL, LARGE):
            with pytest.raises(fault):
                keep(storage, "team_1/abc", content)
    monkeypatch.setattr(azure, "failing", None)
    assert missing(storage, "team_1/abc")
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    url = f"az://{azure_blobs.CONTAINER}?account={azure_blobs.ACCOUNT}&endpoint=http://127.0.0.1:{port}"
    with pytest.raises(StorageIsAway):
        storage_from(url, StorageKey(secret=azure_blobs.SECRET)).open("team_1/abc")


AMBIENT = {
    "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1",
    "AWS_ENDPOINT": "http://127.0.0.1:1",
    "AWS_SESSION_TOKEN": "somebody else's",
    "AWS_SKIP_SIGNATURE": "true",
    "AWS_ROLE_ARN": "arn:aws:iam::1:role/other",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/nowhere",
    "AZURE_STORAGE_ENDPOINT": "http://127.0.0.1:1",
    "AZURE_STORAGE_TOKEN": "somebody else's",
    "AZURE_SKIP_SIGNATURE": "true",
    "HTTP_PROXY": "http://127.0.0.1:1",
    "http_proxy": "http://127.0.0.1:1",
    "ALL_PROXY": "http://127.0.0.1:1",
}


def test_nothing_in_the_environment_changes_where_we_go_or_who_we_are(
    bucket: Bucket, azure: AzureBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in AMBIENT.items():
        monkeypatch.setenv(name, value)
    for storage in (buckets.storage_in(bucket, "ambient"), azure_blobs.storage_in(azure, "ambient")):
        keep(storage, "team_1/abc", SMALL)
        assert read(storage, "team_1/abc") == SMALL


def test_an_address_that_is_not_complete_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "else")
    known = StorageKey("id", "c2VjcmV0")
    for url, key, why in (
        ("", known, "begins with"),
        ("/var/lib/x", known, "begins with"),
        ("gs://bucket", known, "begins with"),
        ("file://host/folder", known, "file:///its/path"),
        ("file:///", known, "file:///its/path"),
        ("s3://", known, "write the address as"),
        ("s3://id:secret@bucket", known, "write the address as"),
        ("s3://bucket?endpont=x", known, "no option of s3:// storage: endpont"),
        ("s3://bucket", StorageKey(), "needs a key id and a secret"),
        ("s3://bucket", StorageKey("id"), "needs a key id and a secret"),
        ("az://container", known, "`account=`"),
        ("az://container?account=x", StorageKey(), "`account=`"),
    ):
        with pytest.raises(ValueError, match=why):
            storage_from(url, key)


def test_a_folder_is_named_by_an_address_too(tmp_path: Path) -> None:
    storage = storage_from((tmp_path / "with space").as_uri())
    assert isinstance(storage, LocalStorage)
    assert storage.root == tmp_path / "with space"
