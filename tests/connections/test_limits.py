"""How much a provider takes of one account: what was published, unless the connection says otherwise."""

from dataclasses import replace
from typing import Any

import pytest

from shared.connections.limits import Limits, limits_of
from shared.connections.tables import Connection, ProviderKind

AZURE = Limits(running=3, queued=0, deployments=10)
OPENAI = Limits(request_bytes=512_000_000)
ROOMY = Limits(running=3, queued=20)


@pytest.mark.parametrize(
    ("provider", "said", "expected"),
    [
        (ProviderKind.AZURE, {}, AZURE),
        (ProviderKind.AZURE, {"max_running": 0, "max_queued": 7}, Limits(0, 7, 10)),
        (ProviderKind.AZURE, {"max_running": 2}, Limits(2, 0, 10)),
        (ProviderKind.AZURE, {"max_queued": 20, "max_deployments": 32}, Limits(3, 20, 32)),
        (ProviderKind.OPENAI, {}, OPENAI),
        (ProviderKind.OPENAI, {"max_running": 2}, replace(OPENAI, running=2)),
        (ProviderKind.OPENAI, {"max_requests_per_minute": 60}, replace(OPENAI, requests_per_minute=60)),
    ],
)
def test_what_a_connection_says_comes_first(provider: ProviderKind, said: dict[str, Any], expected: Limits) -> None:
    assert limits_of(Connection(provider=provider, **said)) == expected


@pytest.mark.parametrize(
    ("limits", "there", "not_begun"),
    [
        (Limits(), 10_000, 10_000),
        (AZURE, 2, 0),
        (ROOMY, 3, 0),  # the provider lets it wait
        (ROOMY, 22, 19),
        (Limits(running=2), 1, 1),
        (Limits(queued=2), 9, 1),
    ],
)
def test_a_job_is_sent_to_be_trained_or_else_to_wait_there(limits: Limits, there: int, not_begun: int) -> None:
    assert limits.has_place(there, not_begun)


@pytest.mark.parametrize(
    ("limits", "there", "not_begun"),
    [
        (AZURE, 3, 0),
        (ROOMY, 20, 20),
        (ROOMY, 23, 0),
        (Limits(running=0, queued=20), 0, 0),
        (Limits(running=2), 2, 2),
        (Limits(running=2, queued=0), 2, 0),
        (Limits(queued=2), 2, 2),
    ],
)
def test_where_there_is_no_place_a_job_waits_here(limits: Limits, there: int, not_begun: int) -> None:
    assert not limits.has_place(there, not_begun)
