"""Deployments over the real sockets of the sandbox: its resource manager, its authority, its data plane."""

from collections.abc import Iterator

import pytest

from tests.deployments.landing import Landing
from tests.support.office import Office


@pytest.fixture
def landing(office: Office) -> Iterator[Landing]:
    connection = office.managed()
    office.finish(office.submit(office.dataset(), connection_id=connection))
    (model,) = office.look("/models")["data"]
    made = Landing(office, connection, model)
    yield made
    made.check_books()
