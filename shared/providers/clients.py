"""The SDK's clients, made so that only an `Access` decides where requests go and what they carry.

The SDK would add what it finds in the environment: organisation, project, base URL, headers, proxies, certificates.
"""

import ssl
from functools import cache, lru_cache
from typing import Any

import httpx2
from openai import AzureOpenAI, OpenAI

from shared.providers.base import Access, Rejected

_CONNECT_SECONDS = 5.0


class IsolatedOpenAI(OpenAI):
    """The official client, deaf to its environment. A new variable of the SDK is caught by tests/providers/test_ambient.py."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        # Afterwards, because None is what makes the constructor look into the environment.
        self.organization = self.project = self.admin_api_key = self.webhook_secret = None
        self._custom_headers = given.get("default_headers") or {}


class IsolatedAzureOpenAI(AzureOpenAI, IsolatedOpenAI):
    """AzureOpenAI's own constructor goes on into IsolatedOpenAI's, so it needs nothing more."""


def open_openai(access: Access, *, base_url: str) -> OpenAI:
    return IsolatedOpenAI(
        api_key=_sendable(access.credential),
        base_url=base_url,
        max_retries=0,
        http_client=_http(access),
    )


def open_dated_azure(access: Access, *, api_version: str) -> OpenAI:
    return IsolatedAzureOpenAI(
        api_key=_sendable(access.credential),
        azure_endpoint=access.base_url.rstrip("/"),
        api_version=api_version,
        max_retries=0,
        http_client=_http(access),
    )


def _http(access: Access) -> httpx2.Client:
    """No redirects: the credential goes to the connection's own host only. A proxy is told the host, and sees no credential
    that is sent over TLS.
    """
    timeout = httpx2.Timeout(access.timeout_seconds, connect=min(_CONNECT_SECONDS, access.timeout_seconds))
    trusted = _machines() if access.ca_pem is None else _private(access.ca_pem)
    proxy = None if access.proxy_url is None else httpx2.Proxy(access.proxy_url)
    return httpx2.Client(timeout=timeout, verify=trusted, proxy=proxy, trust_env=False, follow_redirects=False)


@cache
def _machines() -> ssl.SSLContext:
    """Shared, because reading the authorities takes longer (20 ms) than asking a near provider."""
    return httpx2.create_ssl_context(trust_env=False)


@lru_cache(maxsize=32)
def _private(ca_pem: str) -> ssl.SSLContext:
    """Believes these authorities, and no others."""
    return ssl.create_default_context(cadata=ca_pem)


def _sendable(credential: str) -> str:
    """What cannot stand in a header would be quoted in the HTTP client's own error, whole."""
    if not credential or not credential.isascii() or not credential.isprintable() or " " in credential:
        raise Rejected("The credential holds characters that no key has", code="invalid_credential", status=401)
    return credential
