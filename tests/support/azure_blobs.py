"""A Blob service in memory, over a real socket: just the calls that our storage makes, each refused unless its signature is right.

Put Blob, Put Block, Put Block List, Copy Blob, Get Blob (with a range), Get Blob Properties, Blob Batch (deletions), List Blobs.
"""

import base64
import hashlib
import hmac
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.parser import HeaderParser
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from typing_extensions import override

from shared.storage import Storage, StorageKey, storage_from

ACCOUNT, CONTAINER = "tunewright", "blobs"
SECRET = base64.b64encode(b"the secret of an account in memory").decode()
_SIGNED_HEADERS = (
    "content-encoding",
    "content-language",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "if-modified-since",
    "if-match",
    "if-none-match",
    "if-unmodified-since",
    "range",
)


@dataclass
class AzureBlobs:
    """The account: committed blobs by name, and blocks that belong to none yet. `failing` = the status it answers with."""

    url: str = ""
    blobs: dict[str, bytes] = field(default_factory=dict)
    changed: dict[str, datetime] = field(default_factory=dict)
    blocks: dict[tuple[str, str], bytes] = field(default_factory=dict)
    failing: int | None = None
    refuses_signed: bool = False
    """Whether nobody is let in by a signed address."""

    def put(self, name: str, content: bytes) -> None:
        self.blobs[name], self.changed[name] = content, datetime.now(UTC)

    def commit(self, name: str, block_list: bytes) -> None:
        ids = [block.text or "" for block in ET.fromstring(block_list)]
        self.put(name, b"".join(self.blocks.pop((name, one)) for one in ids))


@contextmanager
def azure_blobs() -> Iterator[AzureBlobs]:
    account = AzureBlobs()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(account))
    account.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="azure")
    thread.start()
    try:
        yield account
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def storage_in(azure: AzureBlobs, prefix: str, secret: str = SECRET) -> Storage:
    """What we keep below a prefix of it."""
    return storage_from(f"az://{CONTAINER}/{prefix}?account={ACCOUNT}&endpoint={azure.url}", StorageKey(secret=secret))


def _handler(account: AzureBlobs) -> type[BaseHTTPRequestHandler]:
    return type("Handler", (_Handler,), {"account": account})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    account: AzureBlobs

    def do_PUT(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not self._welcome():
            return
        match self._query.get("comp"):
            case "block":
                self.account.blocks[self._name, self._query["blockid"]] = content
            case "blocklist":
                self.account.commit(self._name, content)
            case None if source := self.headers.get("x-ms-copy-source"):
                self._copy(unquote(urlsplit(source).path).removeprefix(f"/{CONTAINER}/"))
                return
            case None if self.headers.get("If-None-Match") == "*" and self._name in self.account.blobs:
                self._answer(409)
                return
            case None:
                assert self.headers["x-ms-blob-type"] == "BlockBlob"
                self.account.put(self._name, content)
            case other:
                raise AssertionError(f"not a call that our storage makes: {other}")
        self._answer(201, ETag='"new"', Last_Modified=format_datetime(datetime.now(UTC), usegmt=True))

    def do_GET(self) -> None:
        if not self._welcome():
            return
        if self._query.get("comp") == "list":
            self._answer(200, _listed(self.account, self._query.get("prefix", "")), Content_Type="application/xml")
        else:
            self._read()

    def do_HEAD(self) -> None:
        if self._welcome():
            self._read()

    def do_POST(self) -> None:
        """Blob Batch: deletions, each with a signature of its own."""
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if not self._welcome():
            return
        _, _, boundary = self.headers["Content-Type"].partition("boundary=")
        answers = []
        for number, part in enumerate(content.decode().split(f"--{boundary}")[1:-1]):
            line, _, rest = part.partition("\r\n\r\n")[2].partition("\r\n")
            method, path, _ = line.split()
            assert (method, self._query) == ("DELETE", {"restype": "container", "comp": "batch"})
            right = HeaderParser().parsestr(rest)["Authorization"] == _authorization(method, path, rest)
            status = "403 Forbidden" if not right else self._deleted(_name(path))
            head = f"Content-Type: application/http\r\nContent-ID: {number}"
            answers.append(f"--batchresponse\r\n{head}\r\n\r\nHTTP/1.1 {status}\r\nx-ms-version: x\r\n\r\n")
        told = "".join(answers) + "--batchresponse--\r\n"
        self._answer(202, told.encode(), Content_Type="multipart/mixed; boundary=batchresponse")

    def _deleted(self, name: str) -> str:
        return "404 Not Found" if self.account.blobs.pop(name, None) is None else "202 Accepted"

    def _copy(self, source: str) -> None:
        if source in self.account.blobs:
            self.account.put(self._name, self.account.blobs[source])
            self._answer(202, x_ms_copy_status="success")
        else:
            self._answer(404)

    def _read(self) -> None:
        content = self.account.blobs.get(self._name)
        if content is None:
            self._answer(404)
            return
        about = {
            "Last_Modified": format_datetime(self.account.changed[self._name], usegmt=True),
            "ETag": f'"{hashlib.sha256(content).hexdigest()}"',
        }
        asked = self.headers.get("x-ms-range") or self.headers.get("Range")
        if asked is None:
            self._answer(200, content, **about)
            return
        first, last = (int(place) for place in asked.removeprefix("bytes=").split("-"))
        part = content[first : last + 1]
        whole = f"bytes {first}-{first + len(part) - 1}/{len(content)}"
        self._answer(206, part, Content_Range=whole, **about)

    @property
    def _name(self) -> str:
        return _name(self.path)

    @property
    def _query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))

    def _welcome(self) -> bool:
        if self.account.failing is not None:
            self._answer(self.account.failing)
            return False
        # A signed address shows no header; its signature is taken as it is, its right is not.
        if self.command == "GET" and self._query.get("sig") and self._query.get("sp") == "r":
            return not self.account.refuses_signed or self._refuse()
        if self.headers.get("Authorization") != _authorization(self.command, self.path, str(self.headers)):
            return self._refuse()
        return True

    def _refuse(self) -> bool:
        self._answer(403)
        return False

    def _answer(self, status: int, content: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            with suppress(BrokenPipeError):  # a request that was given up waits for no answer
                self.wfile.write(content)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


def _name(path: str) -> str:
    return unquote(urlsplit(path).path).removeprefix(f"/{CONTAINER}").strip("/")


def _authorization(method: str, path: str, head: str) -> str:
    """What the holder of the account's key writes over a request."""
    headers = HeaderParser().parsestr(head)
    signed = [headers.get(name, "") for name in _SIGNED_HEADERS]
    signed[2] = "" if signed[2] == "0" else signed[2]
    of_theirs = sorted((name.lower(), value) for name, value in headers.items() if name.lower().startswith("x-ms-"))
    where = urlsplit(path)
    query = sorted((name.lower(), value) for name, value in parse_qsl(where.query, keep_blank_values=True))
    resource = f"/{ACCOUNT}{where.path}" + "".join(f"\n{name}:{value}" for name, value in query)
    text = "\n".join([method, *signed, *(f"{name}:{value}" for name, value in of_theirs), resource])
    signature = base64.b64encode(hmac.digest(base64.b64decode(SECRET), text.encode(), "sha256")).decode()
    return f"SharedKey {ACCOUNT}:{signature}"


def _listed(account: AzureBlobs, prefix: str) -> bytes:
    found = (
        f"<Blob><Name>{escape(name)}</Name><Properties>"
        f"<Last-Modified>{format_datetime(account.changed[name], usegmt=True)}</Last-Modified>"
        f"<Content-Length>{len(content)}</Content-Length><Content-Type>application/octet-stream</Content-Type>"
        '<Etag>"x"</Etag></Properties></Blob>'
        for name, content in sorted(account.blobs.items())
        if name.startswith(prefix)
    )
    return f"<EnumerationResults><Blobs>{''.join(found)}</Blobs><NextMarker/></EnumerationResults>".encode()
