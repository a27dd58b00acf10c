"""The embedded Valkey: a doorbell that may be lost at any time, so it keeps nothing on disk."""

import contextlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import redis

from local import environment
from local.addresses import LOOPBACK, free_port
from local.binaries import valkey_server
from local.data_folder import DataFolder
from local.folders import private_file
from local.processes import Process, Program, ProgramFailed, wait_until_ready

# Between asking the system for a free port and taking it somebody else may take it.
TRIES = 5


@dataclass(frozen=True)
class Valkey:
    url: str
    process: Process


@contextmanager
def running(folder: DataFolder) -> Iterator[Valkey]:
    """A server with a password of its own, ready when this yields and stopped when it is left."""
    server = _start(folder)
    try:
        yield server
    finally:
        server.process.stop()


def _start(folder: DataFolder) -> Valkey:
    for _ in range(TRIES - 1):
        with contextlib.suppress(ProgramFailed):
            return _start_once(folder)
    return _start_once(folder)


def _start_once(folder: DataFolder) -> Valkey:
    port, password = free_port(), secrets.token_urlsafe(24)
    settings = private_file(
        folder.path / "valkey.conf",
        f'bind {LOOPBACK}\nport {port}\nrequirepass {password}\nsave ""\nappendonly no\ndir {folder.path}\n',
    )
    url = f"redis://:{password}@{LOOPBACK}:{port}/0"
    program = Program(
        "valkey", [str(valkey_server()), str(settings)], env=environment.for_server(), ready=lambda: _answers(url)
    )
    process = Process(program, folder)
    try:
        wait_until_ready([process])
    except ProgramFailed:
        process.kill()
        raise
    return Valkey(url, process)


def flush(url: str) -> None:
    """Loses every message, as a crash would."""
    with contextlib.closing(redis.Redis.from_url(url)) as client:
        client.flushall()


def listeners(url: str) -> int:
    """How many workers are waiting for the bell at this moment."""
    with contextlib.closing(redis.Redis.from_url(url)) as client:
        return sum(listener["cmd"] == "brpop" for listener in client.client_list())


def _answers(url: str) -> bool:
    with contextlib.closing(redis.Redis.from_url(url, socket_timeout=2)) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
