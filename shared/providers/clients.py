"""The SDK's clients, made so that only an `Access` decides where requests go and what they carry.

The SDK would add what it finds in the environment: organisation, project, base URL, headers, proxies, certificates.
"""

from typing import Any

from openai import AzureOpenAI, OpenAI

from shared.providers.base import Access
from shared.providers.outgoing import Way, open_http, sendable


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
        api_key=sendable(access.credential),
        base_url=base_url,
        max_retries=0,
        http_client=open_http(access.timeout_seconds, access.on_request, _way(access)),
    )


def open_dated_azure(access: Access, *, api_version: str) -> OpenAI:
    """With a key, or with a token where the account is asked as somebody."""
    shown, has_key = sendable(access.credential), access.identity is None
    return IsolatedAzureOpenAI(
        api_key=shown if has_key else None,
        azure_ad_token=None if has_key else shown,
        azure_endpoint=access.base_url.rstrip("/"),
        api_version=api_version,
        max_retries=0,
        http_client=open_http(access.timeout_seconds, access.on_request, _way(access)),
    )


def _way(access: Access) -> Way:
    return Way(access.proxy_url, access.ca_pem)
