"""Files: what is sent, what is told of them, and how surely they are gone."""

import base64
import io
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from shared.providers.base import Rejected, Unavailable
from shared.providers.bom import WithBom
from tests.providers.conftest import azure_at, openai_at, provider_at
from tests.support.wire import says, wire

FILE = {
    "id": "file-1",
    "object": "file",
    "bytes": 48213,
    "created_at": 1763600000,
    "filename": "tw_x.jsonl",
    "purpose": "fine-tune",
    "status": "processed",
    "status_details": None,
}
ROW = b'{"messages":[]}\n'
BOM = b"\xef\xbb\xbf"
CSV = b"step,train_loss\n1,0.5\n"
NOT_FOUND = {"error": {"message": "No such File object: file-1", "type": "invalid_request_error", "code": None}}


def sent_file(body: bytes) -> bytes:
    """The content of the form's file field."""
    start = body.index(b"\r\n\r\n", body.index(b"filename=")) + 4
    return body[start : body.index(b"\r\n--", start)]


# --- sending ----------------------------------------------------------------------------------------------------------
def test_an_upload_to_openai_is_sent_as_it_is() -> None:
    with wire(says(FILE)) as server:
        file = openai_at(server.url).upload("tw_x.jsonl", io.BytesIO(ROW))
    assert sent_file(server.asked[0].body) == ROW
    assert b'name="purpose"\r\n\r\nfine-tune\r\n' in server.asked[0].body
    assert b'filename="tw_x.jsonl"' in server.asked[0].body
    assert (file.id, file.name, file.size_bytes, file.ready) == ("file-1", "tw_x.jsonl", 48213, True)


@pytest.mark.parametrize("version", ["2024-10-21", None])
def test_an_upload_to_azure_begins_with_a_byte_order_mark(version: str | None) -> None:
    with wire(says(FILE | {"status": "pending"}, 201, location="/x")) as server:
        file = azure_at(server.url, version).upload("tw_x.jsonl", io.BytesIO(ROW))
    assert sent_file(server.asked[0].body) == BOM + ROW
    assert file.ready is None


class OneWay(io.BytesIO):
    """Content from a store that cannot go back."""

    @override
    def seekable(self) -> bool:
        return False

    @override
    def seek(self, *_: int) -> int:
        raise io.UnsupportedOperation

    @override
    def tell(self) -> int:
        raise io.UnsupportedOperation


def test_content_that_cannot_be_rewound_is_sent_too(dialect: str) -> None:
    with wire(says(FILE)) as server:
        provider_at(dialect, server.url).upload("tw_x.jsonl", OneWay(ROW))
    assert sent_file(server.asked[0].body) == (ROW if dialect == "openai" else BOM + ROW)
    assert server.asked[0].headers["transfer-encoding"] == "chunked"


def test_a_large_file_is_never_whole_in_memory(dialect: str, tmp_path: Path) -> None:
    large = tmp_path / "large.jsonl"
    with large.open("wb") as content:
        content.truncate(64 * 1024 * 1024)
    with wire(says(FILE)) as server:
        provider = provider_at(dialect, server.url)
        tracemalloc.start()
        with large.open("rb") as content:
            provider.upload("tw_x.jsonl", content)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert int(server.asked[0].headers["content-length"]) > 64 * 1024 * 1024
    assert peak < 8 * 1024 * 1024


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 100, -1])
def test_the_mark_is_read_through_in_any_portions(size: int) -> None:
    stream = WithBom(io.BytesIO(b"0123456789"))
    for _ in range(2):
        read = b"".join(iter(lambda: stream.read(size), b""))
        assert read == BOM + b"0123456789"
        stream.seek(0)
    assert (stream.seek(0, io.SEEK_END), stream.tell(), stream.read()) == (13, 13, b"")


# --- looking ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("status", "ready"),
    [
        ("processed", True),
        (None, True),
        ("uploaded", None),
        ("pending", None),
        ("running", None),
        ("something new", None),
        ("error", False),
        ("deleting", False),
        ("deleted", False),
    ],
)
def test_whether_a_file_is_ready(dialect: str, status: str | None, *, ready: bool | None) -> None:
    with wire(says(FILE | {"status": status, "status_details": "Example 3"})) as server:
        file = provider_at(dialect, server.url).file("file-1")
    assert file is not None
    assert file.ready is ready
    assert file.fault == ("Example 3" if ready is False else None)


def test_all_files_of_a_prefix_are_found_on_every_page(dialect: str) -> None:
    names = ["tw_a", "other", "tw_b", None]
    entries: list[dict[str, Any]] = [FILE | {"id": f"file-{n}", "filename": name} for n, name in enumerate(names)]
    with wire(says({"data": entries[:2], "has_more": True}), says({"data": entries[2:]})) as server:
        found = provider_at(dialect, server.url).files("tw_")
    assert [file.name for file in found] == ["tw_a", "tw_b"]
    assert server.asked[1].query["after"] == ["file-1"]


def test_a_file_that_is_gone_is_none(dialect: str) -> None:
    with wire(says(NOT_FOUND, 404)) as server:
        assert provider_at(dialect, server.url).file("file-1") is None


# --- deleting ---------------------------------------------------------------------------------------------------------
def test_a_file_that_is_gone_already_may_be_deleted_again(dialect: str) -> None:
    deleted = {"id": "file-1", "object": "file", "deleted": True}
    with wire(says(deleted), says(b"", 204), says(NOT_FOUND, 404)) as server:
        provider = provider_at(dialect, server.url)
        for _ in range(3):
            provider.delete_file("file-1")
    assert [asked.method for asked in server.asked] == ["DELETE"] * 3


@pytest.mark.parametrize("body", [{"deleted": False}, {}, b"<html>ok</html>"])
def test_only_a_clear_word_counts_as_deleted(dialect: str, body: Any) -> None:
    with wire(says(body)) as server, pytest.raises(Unavailable):
        provider_at(dialect, server.url).delete_file("file-1")


def test_a_model_is_deleted_by_its_whole_name() -> None:
    with wire(says({"id": "ft:m:acme::AjO5kvNY", "deleted": True}), says(NOT_FOUND, 403)) as server:
        provider = openai_at(server.url)
        provider.delete_model("ft:m:acme::AjO5kvNY")
        with pytest.raises(Rejected):
            provider.delete_model("gpt-4.1")
    assert server.asked[0].path.endswith("/models/ft:m:acme::AjO5kvNY")


# --- results ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("content", "read"),
    [
        (CSV, CSV),
        (base64.b64encode(CSV), CSV),
        (base64.encodebytes(CSV), CSV),
        (BOM + CSV, CSV),
        (b"something else", b"something else"),
        (base64.b64encode(b"something else"), base64.b64encode(b"something else")),
        (b"", b""),
    ],
)
def test_a_result_file_is_unwrapped_when_it_is_wrapped(dialect: str, content: bytes, read: bytes) -> None:
    with wire(says(content, content_type="application/octet-stream")) as server:
        assert provider_at(dialect, server.url).download("file-R") == read
