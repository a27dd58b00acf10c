"""The servers that tests stand on. Each test process has its own, and each test a database of its own.

What a developer has set for a real provider is forgotten before the first test: no test may reach or pay anyone.
"""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.environment import forget_providers
from shared import log
from tests.sandbox.server import Running, running
from tests.support.api import Api, api_on, settings_for
from tests.support.database import Database, DatabaseServer, database_server
from tests.support.doorbell import doorbell_server
from tests.support.laboratory import Laboratory, laboratory_on
from tests.support.office import Office
from tests.support.scheduling import DrillsTogether

forget_providers(os.environ)
# As in production; structlog's own default would draw each traceback with all its variables, for seconds.
log.configure("WARNING", as_json=True)
# Programs under test are told their addresses by the test, and must not find another one lying about.
GIVEN_DATABASE_URL = os.environ.pop("DATABASE_URL", None)
GIVEN_REDIS_URL = os.environ.pop("REDIS_URL", None)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow ones first: what takes long and mostly waits must not be what is left at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> DrillsTogether:
    return DrillsTogether(config, log)


@pytest.fixture(scope="session")
def postgres() -> Iterator[DatabaseServer]:
    with database_server(GIVEN_DATABASE_URL) as server:
        yield server


@pytest.fixture
def database(postgres: DatabaseServer) -> Iterator[Database]:
    """A fresh database with the schema and nothing of another test in it."""
    with postgres.fresh() as made:
        yield made


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    with doorbell_server(GIVEN_REDIS_URL) as url:
        yield url


@pytest.fixture
def api(database: Database, redis_url: str, tmp_path: Path) -> Iterator[Api]:
    """The HTTP service on a fresh database."""
    with api_on(database, settings_for(database, redis_url, tmp_path)) as up:
        yield up


@pytest.fixture(scope="session")
def provider() -> Iterator[Running]:
    """The sandbox, running fast; each account in it is a world of its own."""
    with running("--speed", "6000") as server:
        yield server


@pytest.fixture
def laboratory(api: Api, provider: Running) -> Iterator[Laboratory]:
    """One team and one account that nobody else uses."""
    with laboratory_on(api, provider, f"sk-sandbox-{uuid.uuid4().hex}") as made:
        yield made


@pytest.fixture(scope="session")
def patient() -> Iterator[Running]:
    """A sandbox whose jobs take as long as real seconds, of which a test can let any number pass."""
    with running("--speed", "1") as server:
        yield server


@pytest.fixture
def office(api: Api, patient: Running) -> Iterator[Office]:
    """One team at the front door, with accounts that nobody else uses."""
    with laboratory_on(api, patient, f"sk-sandbox-{uuid.uuid4().hex}") as lab:
        yield Office(lab, lab.member)
