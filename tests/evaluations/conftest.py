"""Tuned models that learnt something, nothing, and the wrong thing; trained once, since the provider keeps them."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.sandbox.server import Running
from tests.support.api import Api
from tests.support.laboratory import Laboratory, laboratory_on, rows, train


@dataclass(frozen=True)
class Trained:
    """An account with three tuned models, by the provider's names."""

    account: str
    good: str
    noise: str
    harmful: str


@pytest.fixture(scope="session")
def trained(provider: Running) -> Trained:
    account = f"sk-sandbox-{uuid.uuid4().hex}"
    files = ("support_triage", "random_labels", "harmful_labels")
    return Trained(account, *(train(provider, account, rows(name, held_out=False)) for name in files))


@pytest.fixture
def school(api: Api, provider: Running, trained: Trained) -> Iterator[Laboratory]:
    """The laboratory on the account that has the trained models."""
    with laboratory_on(api, provider, trained.account) as made:
        yield made
