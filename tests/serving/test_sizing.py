"""What a request can use at most is never less than what providers count."""

import pytest

from shared.datasets.tokens import count_example
from shared.datasets.vocabularies import Encoding
from shared.errors import InvalidRequest
from shared.serving.sizing import DEFAULT_ANSWER_TOKENS, limited, most_used
from tests.support.laboratory import rows


def test_no_prompt_is_held_for_less_than_it_has() -> None:
    for row in rows("support_triage", held_out=True):
        prompt = {"messages": row["messages"][:-1]}
        most = most_used(limited(prompt), Encoding.O200K_BASE)
        assert most.input_tokens >= count_example(prompt, Encoding.O200K_BASE).total
        assert most.output_tokens == DEFAULT_ANSWER_TOKENS


def test_tools_images_and_several_answers_count() -> None:
    plain = {"messages": [{"role": "user", "content": "hello"}], "max_tokens": 10}
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 100_000}}
    pictured = {**plain, "messages": [{"role": "user", "content": [{"type": "text", "text": "hello"}, image]}]}
    tools = {**plain, "tools": [{"type": "function", "function": {"name": "look_up", "parameters": {}}}]}
    base = most_used(plain, Encoding.O200K_BASE)
    assert 1000 < most_used(pictured, Encoding.O200K_BASE).input_tokens - base.input_tokens < 3000
    assert most_used(tools, Encoding.O200K_BASE).input_tokens > base.input_tokens
    assert most_used({**plain, "n": 3}, Encoding.O200K_BASE).output_tokens == 30


@pytest.mark.parametrize("part", [{"type": "input_audio"}, {"type": "file"}, {}, "words"])
def test_content_of_unknown_price_is_refused(part: object) -> None:
    with pytest.raises(InvalidRequest):
        most_used(limited({"messages": [{"role": "user", "content": [part]}]}), Encoding.O200K_BASE)
