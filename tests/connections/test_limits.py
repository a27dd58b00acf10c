"""How much a provider takes of one account: what was published, unless the connection says otherwise."""

from typing import Any

import pytest

from shared.connections.limits import Limits, limits_of
from shared.connections.tables import Connection, ProviderKind

AZURE = Limits(running=3, queued=20, deployments=10)


@pytest.mark.parametrize(
    ("provider", "said", "expected"),
    [
        (ProviderKind.AZURE, {}, AZURE),
        (ProviderKind.AZURE, {"max_running": 0, "max_queued": 7}, Limits(0, 7, 10)),
        (ProviderKind.AZURE, {"max_deployments": 32}, Limits(3, 20, 32)),
        (ProviderKind.OPENAI, {}, Limits()),
        (ProviderKind.OPENAI, {"max_running": 2}, Limits(running=2)),
        (ProviderKind.OPENAI, {"max_requests_per_minute": 60}, Limits(requests_per_minute=60)),
    ],
)
def test_what_a_connection_says_comes_first(provider: ProviderKind, said: dict[str, Any], expected: Limits) -> None:
    assert limits_of(Connection(provider=provider, **said)) == expected
