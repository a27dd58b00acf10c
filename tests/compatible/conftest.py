"""The service on a real socket, and the official SDK that speaks to it."""

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import openai
import pytest
import uvicorn

from api.app import serve
from shared.settings import Settings
from tests.sandbox.server import Running
from tests.support.laboratory import Laboratory, rows, train

Ask = Callable[[str], openai.OpenAI]


@pytest.fixture(scope="session")
def tuned_account(provider: Running) -> tuple[str, str]:
    """An account, and the provider's name of the model that it trained on the tickets."""
    account = f"sk-sandbox-{uuid.uuid4().hex}"
    return account, train(provider, account, rows("support_triage", held_out=False))


@pytest.fixture
def address(laboratory: Laboratory) -> Iterator[str]:
    """Where this test's service answers."""
    with_server = _Server(laboratory.api.settings)
    try:
        yield f"{with_server.url}/openai/v1"
    finally:
        with_server.stop()


@pytest.fixture
def sdk(address: str) -> Iterator[Ask]:
    """The official SDK as it comes, retries and all, with a key of ours."""
    with ExitStack() as opened:
        yield lambda key: opened.enter_context(openai.OpenAI(base_url=address, api_key=key, timeout=30))


class _Server:
    def __init__(self, settings: Settings) -> None:
        self._server = uvicorn.Server(uvicorn.Config(serve(settings), port=0, log_level="warning"))
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        until = time.monotonic() + 20
        while not self._server.started:
            assert time.monotonic() < until, "the service did not start"
            time.sleep(0.01)

    @property
    def url(self) -> str:
        host, port = self._server.servers[0].sockets[0].getsockname()
        return f"http://{host}:{port}"

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(20)
