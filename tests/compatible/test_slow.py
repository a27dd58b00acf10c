"""A provider that takes a request and says nothing holds up nobody but those who asked it."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from tests.support.laboratory import BASE, Laboratory
from tests.support.sandbox import Control
from tests.support.waiting import until

CHATS = 60
BODY = {"model": BASE, "messages": [{"role": "user", "content": "Which label?"}], "max_completion_tokens": 5}


@pytest.fixture
def gate(laboratory: Laboratory) -> Iterator[tuple[Control, str]]:
    """Whoever asks this account waits there, for an answer that is then lost."""
    control = Control(laboratory.sandbox.url)
    laboratory.connection()
    laboratory.fault("accept_then_drop", times=CHATS)
    yield control, control.gate(laboratory.account, "chat", "after_accept")
    control.open_all()


def test_sixty_slow_chats_leave_the_service_to_everyone_else(
    laboratory: Laboratory, address: str, gate: tuple[Control, str]
) -> None:
    control, name = gate
    auth = {"Authorization": f"Bearer {laboratory.api.key(laboratory.team_id)}"}
    limits = httpx2.Limits(max_connections=2 * CHATS)
    with (
        httpx2.Client(base_url=address, headers=auth, timeout=25, limits=limits) as client,
        ThreadPoolExecutor(CHATS) as pool,
    ):
        asking = [pool.submit(client.post, "/chat/completions", json=BODY) for _ in range(CHATS)]
        until(lambda: len(control.waiting(name)) == CHATS)
        for path in ("/readyz", "/v1/me", "/v1/jobs"):
            begun = time.monotonic()
            assert client.get(address.removesuffix("/openai/v1") + path).status_code == 200
            assert time.monotonic() - begun < 1, path
        control.release(name)
        answers = [one.result() for one in asking]
    assert Counter((one.status_code, one.json()["error"]["code"]) for one in answers) == {(504, "answer_lost"): CHATS}
    assert {one.headers["x-should-retry"] for one in answers} == {"false"}
    charged = laboratory.api.sql(
        "SELECT provisional, sum(quantity) FROM ledger_entries WHERE account = 'spent' AND unit = 'output_token' GROUP BY 1"
    )
    assert charged == [(True, 5 * CHATS)]
    assert laboratory.held() == 0
