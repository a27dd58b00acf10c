"""One fast sandbox for all tests; each test has accounts of its own in it."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import openai
import pytest

from tests.sandbox.server import Running, running


@dataclass(frozen=True)
class OpenAIAccount:
    name: str
    client: openai.OpenAI


@dataclass(frozen=True)
class AzureAccount:
    name: str
    client: openai.AzureOpenAI


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Running]:
    with running("--speed", "6000") as server:
        yield server


@pytest.fixture(scope="session")
def slow_sandbox() -> Iterator[Running]:
    """Where training never ends by itself: a test moves the clock."""
    with running("--speed", "1") as server:
        yield server


@contextmanager
def openai_account(server: Running) -> Iterator[OpenAIAccount]:
    key = f"sk-sandbox-{uuid.uuid4().hex}"
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key=key, max_retries=0, timeout=20) as client:
        yield OpenAIAccount(key, client)


@contextmanager
def azure_account(server: Running) -> Iterator[AzureAccount]:
    resource = f"r{uuid.uuid4().hex}"
    with openai.AzureOpenAI(
        azure_endpoint=f"{server.url}/azure/{resource}",
        api_key="az-sandbox-key",
        api_version="2025-04-01-preview",
        max_retries=0,
        timeout=20,
    ) as client:
        yield AzureAccount(resource, client)


@pytest.fixture
def account(sandbox: Running) -> Iterator[OpenAIAccount]:
    with openai_account(sandbox) as opened:
        yield opened


@pytest.fixture
def resource(sandbox: Running) -> Iterator[AzureAccount]:
    with azure_account(sandbox) as opened:
        yield opened


@pytest.fixture
def slow_account(slow_sandbox: Running) -> Iterator[OpenAIAccount]:
    with openai_account(slow_sandbox) as opened:
        yield opened


@pytest.fixture
def slow_resource(slow_sandbox: Running) -> Iterator[AzureAccount]:
    with azure_account(slow_sandbox) as opened:
        yield opened
