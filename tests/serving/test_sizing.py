"""What a request can use at most is never less than what providers count."""

from typing import Any

import pytest

from shared.datasets.tokens import count_example
from shared.datasets.tokens.vocabularies import Encoding
from shared.errors import InvalidRequest
from shared.serving.sizing import DEFAULT_ANSWER_TOKENS, limited, most_used
from tests.support.laboratory import BASE, rows


def test_no_prompt_is_held_for_less_than_it_has() -> None:
    for row in rows("support_triage", held_out=True):
        prompt = {"messages": row["messages"][:-1]}
        most = most_used(limited(prompt), BASE, Encoding.O200K_BASE)
        assert most.input_tokens >= count_example(prompt, Encoding.O200K_BASE).total
        assert most.output_tokens == DEFAULT_ANSWER_TOKENS


PLAIN = {"messages": [{"role": "user", "content": "hello"}], "max_tokens": 10}


def pictured(images: int) -> dict[str, Any]:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 100_000}}
    return {**PLAIN, "messages": [{"role": "user", "content": [{"type": "text", "text": "hello"}, *[image] * images]}]}


def test_tools_and_several_answers_count() -> None:
    tools = {**PLAIN, "tools": [{"type": "function", "function": {"name": "look_up", "parameters": {}}}]}
    base = most_used(PLAIN, BASE, Encoding.O200K_BASE)
    assert most_used(tools, BASE, Encoding.O200K_BASE).input_tokens > base.input_tokens
    assert most_used({**PLAIN, "n": 3}, BASE, Encoding.O200K_BASE).output_tokens == 30


@pytest.mark.parametrize(
    ("model", "most"),
    [
        ("gpt-4o-mini-2024-07-18", 48_169),
        ("gpt-4o-2024-08-06", 1_445),
        ("gpt-4.1-2025-04-14", 1_445),
        ("gpt-4.1-mini-2025-04-14", 2_489),
        ("gpt-4.1-nano-2025-04-14", 3_779),
    ],
)
def test_an_image_counts_as_its_largest_would_at_this_model(model: str, most: int) -> None:
    none, two = (most_used(pictured(images), model, Encoding.O200K_BASE) for images in (0, 2))
    assert 2 * most <= two.input_tokens - none.input_tokens < 2 * most + 10


def test_an_image_is_refused_where_nobody_knows_what_it_counts() -> None:
    with pytest.raises(InvalidRequest, match="not known"):
        most_used(pictured(1), "gpt-3.5-turbo-0125", Encoding.CL100K_BASE)


@pytest.mark.parametrize("part", [{"type": "input_audio"}, {"type": "file"}, {}, "words"])
def test_content_of_unknown_price_is_refused(part: object) -> None:
    with pytest.raises(InvalidRequest):
        most_used(limited({"messages": [{"role": "user", "content": [part]}]}), BASE, Encoding.O200K_BASE)
