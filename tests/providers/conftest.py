"""Providers on a scripted wire."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.providers import open_provider
from shared.providers.base import Access, Provider

CREDENTIAL = "sk-sandbox-canary-4f9a"
_CAPTURES = Path(__file__).parent / "captures"


def capture(name: str) -> Any:
    """What a provider was really seen to send (ids shortened), as JSON."""
    return json.loads((_CAPTURES / f"{name}.json").read_text())


def openai_at(url: str, seconds: float = 5) -> Provider:
    return open_provider("openai", Access(f"{url}/v1", CREDENTIAL, timeout_seconds=seconds))


def azure_at(url: str, version: str | None = "2024-10-21", seconds: float = 5) -> Provider:
    return open_provider("azure", Access(url, CREDENTIAL, api_version=version, timeout_seconds=seconds))


@pytest.fixture(params=["openai", "azure-dated", "azure-v1"])
def dialect(request: pytest.FixtureRequest) -> str:
    """For what all dialects must do alike."""
    return str(request.param)


def provider_at(dialect: str, url: str, seconds: float = 5) -> Provider:
    match dialect:
        case "openai":
            return openai_at(url, seconds)
        case "azure-dated":
            return azure_at(url, seconds=seconds)
        case _:
            return azure_at(url, None, seconds)
