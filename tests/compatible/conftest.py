"""The service on a real socket, and the official SDK that speaks to it."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import openai
import pytest

from api.app import serve
from tests.sandbox.server import Running
from tests.support.laboratory import Laboratory, rows, train
from tests.support.server import served

Ask = Callable[[str], openai.OpenAI]


@pytest.fixture(scope="session")
def tuned_account(provider: Running) -> tuple[str, str]:
    """An account, and the provider's name of the model that it trained on the tickets."""
    account = f"sk-sandbox-{uuid.uuid4().hex}"
    return account, train(provider, account, rows("support_triage", held_out=False))


@pytest.fixture
def address(laboratory: Laboratory) -> Iterator[str]:
    """Where this test's service answers."""
    with served(serve(laboratory.api.settings)) as url:
        yield f"{url}/openai/v1"


@pytest.fixture
def sdk(address: str) -> Iterator[Ask]:
    """The official SDK as it comes, retries and all, with a key of ours."""
    with ExitStack() as opened:
        yield lambda key: opened.enter_context(openai.OpenAI(base_url=address, api_key=key, timeout=30))
