"""Deployments over the real sockets of the sandbox: its resource manager, its authority, its data plane."""

import io
import time
from collections.abc import Iterator

import pytest

from shared.providers import open_provider
from shared.providers.base import Access, Finished, TrainingOrder
from tests.deployments.landing import Landing
from tests.sandbox.server import Running
from tests.support.laboratory import jsonl
from tests.support.office import HELD_OUT, MODEL, Office

_A_DAY = 86_400.0


@pytest.fixture
def office(office: Office) -> Iterator[Office]:
    """The office, after which the provider's clock is where it was: other tests' models must not have closed meanwhile."""
    before = ahead(office.lab.sandbox)
    yield office
    office.lab.sandbox.post("/clock", {"advance_seconds": before - ahead(office.lab.sandbox)})


@pytest.fixture
def landing(office: Office) -> Iterator[Landing]:
    """The model was trained past our service, which is quicker, and put into the registry."""
    connection = office.managed()
    tuned = train(office)
    model_id = office.lab.model(connection, tuned, base_model=MODEL)
    made = Landing(office, connection, office.look(f"/models/{model_id}"))
    yield made
    made.check_books()


def train(office: Office) -> str:
    """The name of a tuned model in the office's Azure resource."""
    sandbox = office.lab.sandbox
    access = Access(f"{sandbox.url}/azure/{office.resource}", f"az-sandbox-{office.resource}")
    provider = open_provider("azure", access)
    file = provider.upload("tw_test.jsonl", io.BytesIO(jsonl(HELD_OUT[:12])))
    sandbox.post("/clock", {"advance_seconds": _A_DAY})
    ordered = provider.create_job(TrainingOrder(MODEL, "supervised", file.id))
    sandbox.post("/clock", {"advance_seconds": _A_DAY})
    job = provider.job(ordered.id)
    provider.close()
    assert job is not None
    assert isinstance(job.outcome, Finished)
    return job.outcome.model


def ahead(sandbox: Running) -> float:
    """Seconds that the sandbox's clock shows beyond the real one."""
    return float(sandbox.get("")["now"]) - time.time()
