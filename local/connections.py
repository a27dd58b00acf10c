"""The provider connections that a fresh installation starts with, made through the public API like any other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from local.wire import Client, Refused


@dataclass(frozen=True)
class Connection:
    name: str
    provider: str
    base_url: str
    credential: str
    more: Mapping[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "provider": self.provider,
            "base_url": self.base_url,
            "credential": self.credential,
            **self.more,
        }


_OPEN_WEIGHT = {
    "model": "meta-llama/Meta-Llama-3.1-8B-Instruct",
    "prices": {"training": "0.4", "input": "0.02", "output": "0.06", "tuned_input": "0.03", "tuned_output": "0.09"},
    "context_tokens": 131_072,
    "always": {"lora": True},
}
"""A model of the compatible dialect, at the sandbox's own prices."""
_AT_ITS_PACE = {"max_requests_per_minute": 10_000}
"""Jobs last seconds there, and are looked at as often as others in an hour."""


def to_sandbox(sandbox_url: str) -> list[Connection]:
    """All dialects that the sandbox speaks. Its credentials open nothing."""
    return [
        Connection("openai-sandbox", "openai", f"{sandbox_url}/v1", "sk-sandbox-local", _AT_ITS_PACE),
        Connection(
            "azure-sandbox",
            "azure",
            f"{sandbox_url}/azure/demo",
            "az-sandbox-local",
            {"api_version": "2025-04-01-preview", **_AT_ITS_PACE, **_managed(sandbox_url)},
        ),
        Connection(
            "compatible-sandbox",
            "compatible",
            f"{sandbox_url}/compatible/v1",
            "ow-sandbox-local",
            {"catalogue": [_OPEN_WEIGHT], **_AT_ITS_PACE},
        ),
    ]


def _managed(sandbox_url: str) -> dict[str, Any]:
    """So that deployments can be made there."""
    application = {"tenant_id": "local", "client_id": "local", "client_secret": "secret-sandbox-local"}
    resource = {"subscription_id": "local", "resource_group": "local", "account": "demo"}
    return {
        "entra": application | {"authority_url": f"{sandbox_url}/entra"},
        "management": resource | {"arm_url": f"{sandbox_url}/arm"},
    }


def ensure(client: Client, wanted: Connection) -> None:
    """Makes the connection when there is none of its name, and corrects its address when that has moved."""
    there = _make_or_find(client, wanted)
    if there is not None and there["base_url"] != wanted.base_url:
        _hand_over(client, there["id"], wanted)


def renew(client: Client, wanted: Connection) -> None:
    """Like `ensure`, and the key is taken over in any case: the account may have got another one since."""
    there = _make_or_find(client, wanted)
    if there is not None:
        _hand_over(client, there["id"], wanted)


def _hand_over(client: Client, connection_id: str, wanted: Connection) -> None:
    """The addresses with their secrets: a stored one is not sent to another address."""
    managed = {name: wanted.more[name] for name in ("entra", "management") if name in wanted.more}
    changes = {"base_url": wanted.base_url, "credential": wanted.credential, **managed}
    client.must("PATCH", f"/v1/connections/{connection_id}", changes)


def _make_or_find(client: Client, wanted: Connection) -> dict[str, Any] | None:
    """The connection that was there before, if one was."""
    answer = client.ask("POST", "/v1/connections", wanted.body())
    if answer.status == 409:
        return _find(client, wanted.name)
    if answer.status >= 300:
        raise Refused("POST /v1/connections", answer)
    return None


def _find(client: Client, name: str) -> dict[str, Any] | None:
    cursor = ""
    while True:
        page = client.must("GET", f"/v1/connections?limit=200{cursor}")
        for connection in page["data"]:
            if connection["name"] == name:
                return dict(connection)
        if not page["next_cursor"]:
            return None
        cursor = f"&cursor={quote(page['next_cursor'])}"
