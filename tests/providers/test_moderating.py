"""Moderation: every text has its verdict, in the order of the texts, or there is no answer."""

from typing import Any

import pytest

from shared.providers import moderates
from shared.providers.base import Moderated, Rejected, Throttled, Unavailable
from tests.providers.conftest import azure_at, openai_at, provider_at
from tests.support.wire import says, wire

GOOD = {
    "flagged": False,
    "categories": {"hate": False, "illicit": None},
    "category_scores": {"hate": 0.001, "illicit": None},
}
BAD = {
    "flagged": True,
    "categories": {"hate": True, "violence": True, "sexual": False, "illicit": None},
    "category_scores": {"hate": 0.75, "violence": "high", "sexual": 0.4},
    "category_applied_input_types": {"hate": ["text"]},
}


def answer(*results: object) -> dict[str, Any]:
    return {"id": "modr-1", "model": "omni-moderation-2024-09-26", "results": list(results)}


def test_texts_are_judged_in_their_order_in_one_request() -> None:
    with wire(says(answer(GOOD, BAD))) as server:
        judged = openai_at(server.url).moderate(["你好", "vile"])
    assert judged == [Moderated(flagged=False), Moderated(flagged=True, categories={"hate": 0.75, "violence": None})]
    (asked,) = server.asked
    assert asked.path == "/v1/moderations"
    assert asked.json == {"model": "omni-moderation-latest", "input": ["你好", "vile"]}


@pytest.mark.parametrize(
    "body",
    [
        answer(),
        answer(GOOD),
        answer(GOOD, GOOD, GOOD),
        answer(GOOD, None),
        answer(GOOD, {"flagged": "no"}),
        {"results": None},
        {"results": {"0": GOOD, "1": GOOD}},
    ],
)
def test_an_answer_that_leaves_a_text_out_is_none(body: dict[str, Any]) -> None:
    with wire(says(body)) as server, pytest.raises(Unavailable):
        openai_at(server.url).moderate(["a", "b"])


@pytest.mark.parametrize(("status", "kind"), [(401, Rejected), (400, Rejected), (429, Throttled), (500, Unavailable)])
def test_a_no_is_one_of_the_three(status: int, kind: type[Exception]) -> None:
    refusal = {"error": {"message": "no", "type": "x", "param": None, "code": None}}
    with wire(says(refusal, status)) as server, pytest.raises(kind):
        openai_at(server.url).moderate(["a"])


def test_azure_has_none_and_is_not_asked() -> None:
    assert (moderates("openai"), moderates("azure")) == (True, False)
    with wire() as server:
        for azure in (azure_at(server.url), azure_at(server.url, None)):
            with pytest.raises(Rejected):
                azure.moderate(["a"])
        assert server.asked == []


def test_what_cannot_be_connected_to_was_not_reached() -> None:
    with wire() as server:
        url = server.url
    with pytest.raises(Unavailable) as caught:
        provider_at("openai", url).moderate(["a"])
    assert not caught.value.reached
