"""Addresses of servers and ports on this machine."""

import os
import socket
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

LOOPBACK = "127.0.0.1"


class PortTaken(Exception):
    """Somebody else listens where we were told to."""


@dataclass(frozen=True)
class DatabaseUrls:
    """One database, as its three roles see it."""

    owner: str
    app: str
    worker: str


def reroute(url: str, *, database: str | None = None, user: str | None = None, password: str = "") -> str:
    """The same database server, but another database or another user on it."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    netloc = parts.netloc if user is None else f"{user}:{quote(password, safe='')}@{place}"
    path = parts.path if database is None else f"/{database}"
    return urlunsplit(parts._replace(netloc=netloc, path=path))


def free_port() -> int:
    """A port of this machine's own interface that nobody uses at this moment."""
    return _try_port(0)


def require_free(port: int, how_to_choose: str) -> int:
    try:
        return _try_port(port)
    except OSError as refusal:
        raise PortTaken(f"Port {port} cannot be used ({os.strerror(refusal.errno or 0)}); {how_to_choose}") from None


def _try_port(port: int) -> int:
    with socket.create_server((LOOPBACK, port)) as probe:
        found: int = probe.getsockname()[1]
        return found
