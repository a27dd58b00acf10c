"""Jobs in the test's own process, once on each dialect."""

from collections.abc import Iterator

import pytest

from tests.sandbox.server import running
from tests.support.api import Api
from tests.support.workshop import Workshop, workshop_on


@pytest.fixture(scope="session")
def sandbox_url() -> Iterator[str]:
    with running("--speed", "6000") as server:
        yield server.url


@pytest.fixture(params=["openai", "azure"])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def workshop(api: Api, sandbox_url: str, dialect: str) -> Iterator[Workshop]:
    with workshop_on(api, sandbox_url, dialect) as made:
        yield made
