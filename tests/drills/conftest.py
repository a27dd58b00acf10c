"""One service for all drills of a test process: each drill has a team and provider accounts of its own in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drills.service import Service, Team, running

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    with running() as started:
        yield started


@pytest.fixture
def team(service: Service) -> Iterator[Team]:
    yield service.team()
    service.sandbox.open_all()
    service.sandbox.mend()
    service.stack.supervisor.check()
