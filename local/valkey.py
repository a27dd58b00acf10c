"""The embedded Valkey: a doorbell that may be lost at any time, so it keeps nothing on disk."""

import contextlib
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis

from local.binaries import valkey_server
from local.folders import private_file
from local.processes import Process, Program, ProgramFailed

# Between asking the system for a free port and taking it somebody else may take it.
TRIES = 5


@dataclass(frozen=True)
class Valkey:
    url: str
    process: Process

    def flush(self) -> None:
        """Loses every message, as a crash would."""
        with contextlib.closing(redis.Redis.from_url(self.url)) as client:
            client.flushall()


def free_port() -> int:
    """A port of this machine's own interface that nobody uses at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(data: Path) -> Iterator[Valkey]:
    """A server with a password of its own, ready when this yields and stopped when it is left."""
    server = _start(data)
    try:
        yield server
    finally:
        server.process.stop()


def _start(data: Path) -> Valkey:
    for _ in range(TRIES - 1):
        with contextlib.suppress(ProgramFailed):
            return _start_once(data)
    return _start_once(data)


def _start_once(data: Path) -> Valkey:
    port, password = free_port(), secrets.token_urlsafe(24)
    settings = private_file(
        data / "valkey.conf",
        f'bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave ""\nappendonly no\ndir {data}\n',
    )
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    program = Program("valkey", [str(valkey_server()), str(settings)], env={"LC_ALL": "C"}, ready=lambda: _answers(url))
    process = Process(program, data / "logs")
    try:
        process.wait_until_ready(seconds=30)
    except ProgramFailed:
        process.kill()
        raise
    return Valkey(url, process)


def _answers(url: str) -> bool:
    with contextlib.closing(redis.Redis.from_url(url, socket_timeout=2)) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
