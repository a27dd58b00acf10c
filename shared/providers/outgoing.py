"""The HTTP client that all requests to providers leave by, and what may stand in a header. Nothing of the environment is used."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

import httpx2

from shared.providers.base import Rejected

_CONNECT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Way:
    """By which proxy a host is reached (None = straight), and the only authorities that it is believed by (None = those that the
    machine trusts).
    """

    proxy_url: str | None = None
    ca_pem: str | None = None


STRAIGHT = Way()


def open_http(
    timeout_seconds: float, on_request: Callable[[], None] | None = None, way: Way = STRAIGHT
) -> httpx2.Client:
    """No redirects: what a request carries goes to the host that it was meant for only. `on_request` is called with each.

    A proxy is told the host, and sees nothing of what is sent over TLS.
    """
    timeout = httpx2.Timeout(timeout_seconds, connect=min(_CONNECT_SECONDS, timeout_seconds))
    hooks = {"request": [_counted(on_request)]} if on_request else {}
    trusted = _machines() if way.ca_pem is None else _private(way.ca_pem)
    proxy = None if way.proxy_url is None else httpx2.Proxy(way.proxy_url)
    return httpx2.Client(
        timeout=timeout, verify=trusted, proxy=proxy, trust_env=False, follow_redirects=False, event_hooks=hooks
    )


def _counted(on_request: Callable[[], None]) -> Callable[[httpx2.Request], None]:
    return lambda _: on_request()


def sendable(credential: str) -> str:
    """What cannot stand in a header would be quoted in the HTTP client's own error, whole. Raises Rejected."""
    if not credential or not credential.isascii() or not credential.isprintable() or " " in credential:
        raise Rejected("The credential holds characters that no key has", code="invalid_credential", status=401)
    return credential


@cache
def _machines() -> ssl.SSLContext:
    """Shared, because reading the authorities takes longer (20 ms) than asking a near provider."""
    return httpx2.create_ssl_context(trust_env=False)


@lru_cache(maxsize=32)
def _private(ca_pem: str) -> ssl.SSLContext:
    """Believes these authorities, and no others."""
    return ssl.create_default_context(cadata=ca_pem)
