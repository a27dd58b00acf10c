"""A round of questions ends in time, whatever the provider does."""

import time

from shared.evaluations.candidates import Candidate, deployments_of
from shared.evaluations.rates import Seller, Usage
from shared.ids import ConnectionId
from tests.providers.conftest import openai_at
from tests.support.wire import hangs, wire
from worker.asking import ANSWER_SECONDS, PACE, Pace, Question, ask_all

MOST = Usage(10, 0, 32)


def test_what_has_not_answered_when_the_round_ends_is_told_as_unheard() -> None:
    with wire(hangs) as server:
        provider = openai_at(server.url, seconds=2)
        body = {"messages": [{"role": "user", "content": "?"}]}
        questions = (Question(0, line, provider, "m", body, "!", MOST, is_new=False) for line in range(100))
        begun = time.monotonic()
        brought = ask_all(questions, ["exact_match"], Pace(asking_seconds=0.2, patience_seconds=0.3))
        assert time.monotonic() - begun < 1
    assert not brought.given
    assert [one.most for one in brought.unheard] == [MOST] * 8
    assert brought.interruption is not None


def test_no_question_outlives_its_round() -> None:
    assert PACE.patience_seconds > ANSWER_SECONDS


def test_deployments_are_noted_once_and_in_one_order_whatever_the_candidates_is() -> None:
    asked = [("b", "ours"), ("a", "theirs"), ("b", "early"), ("a", "theirs"), ("a", "model")]
    candidates = [
        Candidate(f"{connection}/{name}", name, "base", None, Seller(ConnectionId(connection), "model", {}))
        for connection, name in asked
    ]
    assert (
        deployments_of(candidates)
        == [("a", "theirs"), ("b", "early"), ("b", "ours")]
        == deployments_of(candidates[::-1])
    )
