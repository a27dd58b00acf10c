"""A round of questions ends in time, whatever the provider does."""

import time

from shared.evaluations.rates import Usage
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
