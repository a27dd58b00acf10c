"""Multipart bodies, taken apart as they arrive: the file goes to storage piece by piece and is never whole in memory.

The form has text fields and one field `file`. Nothing is kept unless the whole body came and is well-formed.
"""

import hashlib
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from api.bodies import fault_of
from shared.datasets.actions import too_large
from shared.errors import FieldError, InvalidRequest, StorageFull, UnsupportedFormat
from shared.storage import Incoming, StorageIsFull

FILE = "file"
MAX_FIELD_BYTES = 10_000
MAX_FIELDS = 20
MAX_HEADER_BYTES = 2_000
_ROOM_FOR_THE_REST = MAX_FIELDS * MAX_FIELD_BYTES
"""What a body may have beside its file: fields, boundaries, and whatever else stands around them."""


class Receiving(Protocol):
    """Storage, as far as it is needed here."""

    def incoming(self) -> AbstractContextManager[Incoming]: ...


@dataclass
class Upload:
    """What a body holds: its text fields, and its file, which is gone after the block in which it was received unless
    `incoming.keep` is called there.
    """

    incoming: Incoming
    fields: dict[str, str] = field(default_factory=dict)
    filename: str = ""
    size_bytes: int = 0
    sha256: str = ""


@asynccontextmanager
async def received(request: Request, storage: Receiving, max_bytes: int) -> AsyncIterator[Upload]:
    """Read a multipart body to its end, then do what is in the block. What the block does not keep is gone after it.

    Raises UnsupportedFormat, PayloadTooLarge, InvalidRequest or StorageFull; then nothing is left behind.
    """
    boundary = _boundary(request)
    _check_announced(request, max_bytes)
    with ExitStack() as stack:
        try:
            incoming = await run_in_threadpool(stack.enter_context, storage.incoming())
            form = _Form(boundary, incoming, max_bytes)
            async for chunk in request.stream():
                await run_in_threadpool(form.feed, chunk)
            yield await run_in_threadpool(form.finish)
        except StorageIsFull as error:
            raise StorageFull(
                "There is no room for this file. Nothing was kept; ask an admin for more storage."
            ) from error


class _Form:
    """Turns the parser's callbacks into an upload."""

    def __init__(self, boundary: bytes, incoming: Incoming, max_bytes: int) -> None:
        self._upload = Upload(incoming)
        self._max_bytes = max_bytes
        self._body_bytes = 0
        self._digest = hashlib.sha256()
        self._ended = self._has_file = False
        self._header_name = self._header_value = self._text = bytearray()
        self._headers: dict[bytes, bytes] = {}
        self._name = ""
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": lambda data, start, end: self._grow(self._header_name, data[start:end]),
                "on_header_value": lambda data, start, end: self._grow(self._header_value, data[start:end]),
                "on_header_end": self._header,
                "on_headers_finished": self._headers_finished,
                "on_part_data": lambda data, start, end: self._data(data[start:end]),
                "on_part_end": self._part_end,
                "on_end": self._end,
            },
        )

    def feed(self, chunk: bytes) -> None:
        """Take more of the body."""
        self._body_bytes += len(chunk)
        if self._body_bytes > self._max_bytes + _ROOM_FOR_THE_REST:
            raise too_large(self._max_bytes)
        try:
            self._parser.write(chunk)
        except MultipartParseError as error:
            raise _invalid("", f"is not a well-formed multipart form: {error}") from error

    def finish(self) -> Upload:
        """The whole form; its file is on disk."""
        if not self._ended:
            raise _invalid("", "ends before the form does: the upload was cut off")
        if not self._has_file:
            raise _invalid("/file", "required: send the dataset in the form field `file`")
        self._upload.incoming.flush()
        self._upload.sha256 = self._digest.hexdigest()
        return self._upload

    def _begin(self) -> None:
        self._headers, self._text = {}, bytearray()
        self._header_name, self._header_value = bytearray(), bytearray()

    def _grow(self, target: bytearray, more: bytes) -> None:
        target += more
        if len(target) > MAX_HEADER_BYTES:
            raise _invalid("", "has a part whose headers are too long")

    def _header(self) -> None:
        self._headers[bytes(self._header_name).lower()] = bytes(self._header_value)
        self._header_name, self._header_value = bytearray(), bytearray()

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._name = _text(options.get(b"name", b""), "")
        if not self._name or self._name in self._upload.fields or (self._name == FILE and self._has_file):
            raise _invalid("", "has a part without a name, or two with one name")
        if len(self._upload.fields) >= MAX_FIELDS:
            raise _invalid("", f"has more than {MAX_FIELDS} fields")
        if self._name == FILE:
            self._has_file = True
            self._upload.filename = _text(options.get(b"filename", b""), "/file")[:200]

    def _data(self, data: bytes) -> None:
        if self._name == FILE:
            self._file_data(data)
            return
        self._text += data
        if len(self._text) > MAX_FIELD_BYTES:
            raise _invalid(f"/{self._name}", f"has a field of more than {MAX_FIELD_BYTES:,} bytes")

    def _file_data(self, data: bytes) -> None:
        self._upload.size_bytes += len(data)
        if self._upload.size_bytes > self._max_bytes:
            raise too_large(self._max_bytes)
        self._digest.update(data)
        self._upload.incoming.write(data)

    def _part_end(self) -> None:
        if self._name != FILE:
            self._upload.fields[self._name] = _text(bytes(self._text), f"/{self._name}")

    def _end(self) -> None:
        self._ended = True


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise UnsupportedFormat("Send the dataset as `multipart/form-data` with the fields `name` and `file`.")
    return options[b"boundary"]


def _check_announced(request: Request, max_bytes: int) -> None:
    """Refuse a body that says itself that it is too long, before it is sent."""
    announced = request.headers.get("content-length", "0")
    if not announced.isascii() or not announced.isdigit() or int(announced[:20]) > max_bytes + _ROOM_FOR_THE_REST:
        raise too_large(max_bytes)


def _text(raw: bytes, pointer: str) -> str:
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise _invalid(pointer, "is not UTF-8") from error
    if fault := fault_of(text):
        raise _invalid(pointer, fault)
    return text


def _invalid(pointer: str, fault: str) -> InvalidRequest:
    return InvalidRequest(f"The body {fault}.", [FieldError(pointer, fault)])
