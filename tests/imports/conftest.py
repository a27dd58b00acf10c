"""A service beside an account on which somebody has trained without it, once on each dialect."""

from collections.abc import Iterator

import pytest

from tests.sandbox.server import Running
from tests.support.api import Api
from tests.support.workshop import Workshop, workshop_on


@pytest.fixture(params=["openai", "azure", "compatible"])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def workshop(api: Api, provider: Running, dialect: str) -> Iterator[Workshop]:
    with workshop_on(api, provider.url, dialect) as made:
        yield made
