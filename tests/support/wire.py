"""A server that says over a real socket exactly what a test tells it to, and keeps what it was asked.

It knows no dialect. Each answer of its script is used once, in order, one connection each.
"""

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

_KEPT = 1024 * 1024

Answer = Callable[[socket.socket, threading.Event], None]


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


# --- answers ----------------------------------------------------------------------------------------------------------
def says(body: Any, status: int = 200, **headers: str) -> Answer:
    """A whole answer of HTTP; `body` is sent as JSON, or as it is when it is bytes."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda peer, _: peer.sendall(_head(status, len(content), headers) + content)


def breaks_off(body: Any, keep: int = 10) -> Answer:
    """Promises the whole body, sends its beginning, and closes."""
    content = json.dumps(body).encode()
    return lambda peer, _: peer.sendall(_head(200, len(content), {}) + content[:keep])


def says_raw(content: bytes) -> Answer:
    return lambda peer, _: peer.sendall(content)


def closes(_peer: socket.socket, _stop: threading.Event) -> None:
    """Takes the request and closes without a word."""


def resets(peer: socket.socket, _stop: threading.Event) -> None:
    """Takes the request and tears the connection down."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hangs(_peer: socket.socket, stop: threading.Event) -> None:
    """Takes the request and says nothing while the test lasts."""
    stop.wait(30)


def _head(status: int, length: int, headers: Mapping[str, str]) -> bytes:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = {"content-type": "application/json", "content-length": str(length), "connection": "close", **given}
    return (f"HTTP/1.1 {status} X\r\n" + "".join(f"{n}: {v}\r\n" for n, v in lines.items()) + "\r\n").encode()


# --- the server -------------------------------------------------------------------------------------------------------
@dataclass
class Wire:
    url: str
    script: list[Answer]
    asked: list[Asked] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def serve(self, listener: socket.socket) -> None:
        while not self.stop.is_set():
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            # A peer may hang up at any moment, and one that speaks TLS is none of ours.
            with peer, suppress(OSError):
                peer.settimeout(10)
                asked = _read_request(peer)
                if asked is None:
                    continue
                self.asked.append(asked)
                answer = self.script.pop(0) if self.script else says({"error": {"message": "unscripted"}}, 599)
                answer(peer, self.stop)


@contextmanager
def wire(*script: Answer) -> Iterator[Wire]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Wire(f"http://127.0.0.1:{listener.getsockname()[1]}", list(script))
        thread = threading.Thread(target=server.serve, args=(listener,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.stop.set()
            # Wakes accept(), which closing the listener alone would not.
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def _read_request(peer: socket.socket) -> Asked | None:
    with peer.makefile("rb") as stream:
        first = stream.readline().decode("latin-1").split()
        if len(first) != 3 or not first[2].startswith("HTTP/"):
            return None
        method, target, _ = first
        headers: dict[str, str] = {}
        while line := stream.readline().decode().strip():
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        if headers.get("transfer-encoding") == "chunked":
            body = b"".join(_chunks(stream.readline, stream.read))
        else:
            body = b"".join(_portions(int(headers.get("content-length", 0)), stream.read))
        return Asked(method, target, headers, body)


def _portions(size: int, read: Callable[[int], bytes]) -> Iterator[bytes]:
    """The body, of which only the first megabyte is kept: a test may send more than it wants to hold."""
    for at in range(0, size, _KEPT):
        portion = read(min(_KEPT, size - at))
        yield portion if at == 0 else b""


def _chunks(readline: Callable[[], bytes], read: Callable[[int], bytes]) -> Iterator[bytes]:
    while size := int(readline(), 16):
        yield read(size)
        readline()
    readline()
