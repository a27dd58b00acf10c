"""A chat that is sent again is bought once."""

from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from shared.queue import Task
from tests.support.laboratory import BASE, Laboratory
from tests.support.waiting import until
from worker.sweeps import due

BODY = {"model": BASE, "messages": [{"role": "user", "content": "Which label?"}], "max_completion_tokens": 5}
OTHER = BODY | {"max_completion_tokens": 6}
ONCE = {"Idempotency-Key": "5f7c9a"}
FIRST, AGAIN = ({"x-stainless-retry-count": count} for count in "01")
SENT_TWICE = pytest.mark.parametrize(("first", "again"), [(FIRST, AGAIN), (ONCE, ONCE)], ids=["sdk", "key"])


def chat(laboratory: Laboratory, headers: dict[str, str] | None = None, body: object = BODY) -> httpx2.Response:
    return laboratory.member.post("/openai/v1/chat/completions", json=body, headers=headers)


def test_the_same_idempotency_key_gets_the_first_answer(laboratory: Laboratory) -> None:
    laboratory.connection()
    first, again = (chat(laboratory, ONCE) for _ in range(2))
    assert first.status_code == 200, first.text
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    other = chat(laboratory, ONCE, OTHER)
    assert (other.status_code, other.json()["error"]["code"]) == (400, "idempotency_mismatch")
    assert laboratory.asked() == 1


def test_what_the_sdk_sends_again_gets_the_first_answer_for_ten_minutes(laboratory: Laboratory) -> None:
    laboratory.connection()
    first = chat(laboratory, FIRST)
    again = chat(laboratory, AGAIN)
    assert (again.content, laboratory.asked()) == (first.content, 1)
    chat(laboratory, AGAIN, OTHER)
    assert laboratory.asked() == 2, "another body is another request"
    laboratory.pass_time("11 minutes")
    assert Task.FORGET_REQUESTS in due(laboratory.context.database)
    chat(laboratory, AGAIN)
    assert laboratory.asked() == 3


def test_what_is_asked_for_the_first_time_is_asked(laboratory: Laboratory) -> None:
    laboratory.connection()
    for headers in (FIRST, None):
        for _ in range(2):
            assert chat(laboratory, headers).status_code == 200
    assert laboratory.asked() == 4


def test_another_callers_repetition_is_another_request(laboratory: Laboratory) -> None:
    laboratory.connection()
    chat(laboratory, FIRST)
    assert laboratory.lead.post("/openai/v1/chat/completions", json=BODY, headers=AGAIN).status_code == 200
    assert laboratory.asked() == 2


@SENT_TWICE
def test_a_lost_answer_is_not_bought_again(
    laboratory: Laboratory, first: dict[str, str], again: dict[str, str]
) -> None:
    laboratory.connection()
    laboratory.fault("accept_then_drop")
    lost, replayed = chat(laboratory, first), chat(laboratory, again)
    assert (lost.status_code, replayed.status_code, replayed.content) == (504, 504, lost.content)
    assert replayed.headers["x-should-retry"] == "false"
    assert laboratory.asked() == 1


@SENT_TWICE
def test_what_was_declined_may_be_asked_again(
    laboratory: Laboratory, first: dict[str, str], again: dict[str, str]
) -> None:
    laboratory.connection()
    laboratory.fault("throttle", retry_after=3)
    declined = chat(laboratory, first)
    assert (declined.status_code, declined.headers["x-should-retry"]) == (503, "true")
    assert float(declined.headers["retry-after"]) == 3
    assert chat(laboratory, again).status_code == 200


@SENT_TWICE
def test_while_the_first_is_being_answered_the_second_is_told_to_wait(
    laboratory: Laboratory, first: dict[str, str], again: dict[str, str]
) -> None:
    laboratory.connection()
    laboratory.fault("delay", seconds=2)
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(chat, laboratory, first)
        until(lambda: laboratory.held() > 0)
        busy = chat(laboratory, again)
        assert (busy.status_code, busy.json()["error"]["code"]) == (409, "idempotency_in_progress")
        assert (busy.headers["x-should-retry"], busy.headers["retry-after"]) == ("true", "1")
        assert chat(laboratory, again).status_code == 409
        answer = asking.result()
    assert chat(laboratory, again).content == answer.content
    assert laboratory.asked() == 1
