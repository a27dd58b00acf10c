"""What every place that keeps blobs promises, tried on each: a folder, an S3 and an Azure Blob over real sockets."""

import hashlib
import random
from collections.abc import Iterator
from io import SEEK_CUR, SEEK_END

import pytest

from shared.storage import Storage

SMALL = b'{"a": 1}\n{"b": 2}\n\n{"c": 3}'
LARGE = random.Random(7).randbytes(9_000_000)
"""More than one part."""

sizes = pytest.mark.parametrize("content", [b"", SMALL, LARGE], ids=["empty", "small", "large"])


def chunks(content: bytes, size: int = 65_536) -> Iterator[bytes]:
    return (content[start : start + size] for start in range(0, len(content), size))


def keep(storage: Storage, key: str, content: bytes) -> None:
    with storage.incoming() as incoming:
        for chunk in chunks(content):
            incoming.write(chunk)
        incoming.keep(key)


def read(storage: Storage, key: str) -> bytes:
    with storage.open(key) as blob:
        return blob.read()


def missing(storage: Storage, key: str) -> bool:
    try:
        storage.open(key).close()
    except FileNotFoundError:
        return True
    return False


@sizes
def test_what_is_kept_comes_back_byte_for_byte(storage: Storage, content: bytes) -> None:
    keep(storage, "team_1/abc", content)
    assert hashlib.sha256(read(storage, "team_1/abc")).digest() == hashlib.sha256(content).digest()


@sizes
def test_nothing_is_seen_before_it_is_kept(storage: Storage, content: bytes) -> None:
    with storage.incoming() as incoming:
        for chunk in chunks(content):
            incoming.write(chunk)
        incoming.flush()
        assert missing(storage, "team_1/abc")
        incoming.keep("team_1/abc")
        assert not missing(storage, "team_1/abc")


@sizes
def test_what_is_not_kept_is_gone(storage: Storage, content: bytes) -> None:
    with pytest.raises(ZeroDivisionError), storage.incoming() as incoming:
        incoming.write(content)
        raise ZeroDivisionError
    with storage.incoming() as incoming:
        incoming.write(content)
        incoming.flush()
    assert missing(storage, "team_1/abc")


def test_a_key_keeps_what_it_has(storage: Storage) -> None:
    keep(storage, "team_1/abc", SMALL)
    keep(storage, "team_1/abc", b"other")
    keep(storage, "team_1/abc", LARGE)
    assert read(storage, "team_1/abc") == SMALL


def test_a_blob_is_a_stream_of_lines_that_can_be_wound(storage: Storage) -> None:
    keep(storage, "team_1/abc", SMALL)
    with storage.open("team_1/abc") as blob:
        assert blob.readline() == b'{"a": 1}\n'
        assert blob.tell() == 9
        assert [*blob] == [b'{"b": 2}\n', b"\n", b'{"c": 3}']
        assert (blob.read(), blob.readline()) == (b"", b"")
        assert (blob.seek(9), blob.read(8)) == (9, b'{"b": 2}')
        assert (blob.seek(-3, SEEK_END), blob.read()) == (len(SMALL) - 3, b" 3}")
        assert (blob.seek(-4, SEEK_CUR), blob.read(2)) == (len(SMALL) - 4, b": ")
        assert (blob.seek(1_000), blob.read()) == (1_000, b"")


def test_any_part_of_a_large_blob_is_read_as_it_is(storage: Storage) -> None:
    keep(storage, "team_1/abc", LARGE)
    places = random.Random(3)
    with storage.open("team_1/abc") as blob:
        for _ in range(6):
            start, length = places.randrange(len(LARGE)), places.choice([1, 1_000, 300_000, 5_000_000])
            blob.seek(start)
            assert blob.read(length) == LARGE[start : start + length]
        blob.seek(0)
        assert b"".join(iter(lambda: blob.read(700_001), b"")) == LARGE


def test_what_is_deleted_is_gone_and_deleting_it_again_is_no_error(storage: Storage) -> None:
    keep(storage, "team_1/abc", SMALL)
    for _ in range(2):
        storage.delete("team_1/abc")
        assert missing(storage, "team_1/abc")


def test_a_folder_is_deleted_with_all_that_is_in_it_and_nothing_beside_it(storage: Storage) -> None:
    kept = ("team_1/up_1/0", "team_1/up_1/8", "team_1/up_1/deep/er", "team_1/up_10/0", "team_1/abc")
    for key in kept:
        keep(storage, key, SMALL)
    for _ in range(2):
        storage.delete_folder("team_1/up_1")
    assert [missing(storage, key) for key in kept] == [True, True, True, False, False]


def test_leftovers_are_not_what_is_arriving_now(storage: Storage) -> None:
    with storage.incoming() as incoming:
        incoming.write(LARGE)
        incoming.flush()
        storage.forget_leftovers()
        incoming.keep("team_1/abc")
    assert read(storage, "team_1/abc") == LARGE


@pytest.mark.parametrize(
    "key", ["", "/etc/passwd", "../x", "a/../b", "a/..", "a//b", "Ä", "a b", "a\0b", "incoming/../x"]
)
def test_only_keys_of_ours_are_keys(storage: Storage, key: str) -> None:
    with pytest.raises(ValueError, match="not a storage key"):
        storage.open(key)
    with pytest.raises(ValueError, match="not a storage key"):
        storage.delete(key)
    with pytest.raises(ValueError, match="not a storage key"):
        storage.delete_folder(key)
    with pytest.raises(ValueError, match="not a storage key"):
        keep(storage, key, SMALL)
