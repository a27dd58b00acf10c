"""Tokens are counted offline, for any text, and examples by the rule that a real bill follows."""

import base64
import hashlib
import time
from importlib import import_module
from typing import Any

import pytest

from shared.datasets.tokens import Encoding, count, count_example, count_tools
from shared.datasets.tokens.counting import LONGEST_PIECE
from shared.datasets.tokens.vocabularies import VOCABULARIES, WrongVocabularyError, parse, ranks

BOTH = pytest.mark.parametrize("encoding", list(Encoding))


@BOTH
def test_an_encoding_is_the_published_one(encoding: Encoding, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_download(url: str, expected_hash: str) -> dict[bytes, int]:
        assert url.endswith(f"/{encoding}.tiktoken")
        assert expected_hash == VOCABULARIES[encoding].sha256
        return {}

    published: Any = import_module("tiktoken_ext.openai_public")  # has no types
    monkeypatch.setattr(published, "load_tiktoken_bpe", no_download)
    official = published.ENCODING_CONSTRUCTORS[encoding.value]()
    assert VOCABULARIES[encoding].pattern == official["pat_str"]
    assert VOCABULARIES[encoding].special_tokens == official["special_tokens"]


def test_a_vocabulary_with_another_digest_is_refused() -> None:
    content = base64.b64encode(b"a") + b" 0\n"
    assert parse(content, hashlib.sha256(content).hexdigest()) == {b"a": 0}
    with pytest.raises(WrongVocabularyError, match="expected"):
        parse(content + b"\n", hashlib.sha256(content).hexdigest())


def test_the_vocabularies_have_their_known_sizes() -> None:
    assert len(ranks(Encoding.O200K_BASE)) == 199_998
    assert len(ranks(Encoding.CL100K_BASE)) == 100_256


def test_known_texts_have_their_known_counts() -> None:
    # From the providers' own page on counting tokens.
    assert count("antidisestablishmentarianism", Encoding.CL100K_BASE) == 6
    assert count("2 + 2 = 4", Encoding.CL100K_BASE) == 7
    assert count("お誕生日おめでとう", Encoding.CL100K_BASE) == 9
    assert count("お誕生日おめでとう", Encoding.O200K_BASE) == 8
    assert count("", Encoding.O200K_BASE) == 0


@BOTH
def test_the_name_of_a_special_token_is_ordinary_text(encoding: Encoding) -> None:
    assert count("<|endoftext|>", encoding) == 7


@BOTH
def test_half_a_character_counts_as_a_replacement(encoding: Encoding) -> None:
    assert count("a\ud800b", encoding) == count("a\ufffdb", encoding)


@BOTH
@pytest.mark.parametrize(
    "text",
    [" " * 2_000_000, " " * 2_000_000 + "x", "\u00a0" * 1_500_000 + "x", "\n" * 2_000_000, "a" * 2_000_000],
    ids=["spaces", "spaces and a letter", "hard spaces", "line ends", "one word"],
)
def test_endless_runs_are_counted_in_seconds(encoding: Encoding, text: str) -> None:
    begun = time.process_time()
    tokens = count(text, encoding)
    assert 10_000 < tokens < 400_000
    assert time.process_time() - begun < 20


@BOTH
def test_cutting_a_long_text_changes_its_count_by_next_to_nothing(encoding: Encoding) -> None:
    sentence = "The parcel has been stuck at the depot since Monday. 包裹还没有到。"
    times = LONGEST_PIECE * 3 // len(sentence)
    together = count(sentence * times, encoding)
    assert abs(together - count(sentence * 100, encoding) * times / 100) < 10 + times / 100


def test_an_example_is_counted_by_the_rule_of_a_real_bill() -> None:
    """Three a message, its role and content, and one an example.

    Ten examples of three messages, 6,810 tokens billed over ten epochs: 671 an epoch for messages, and 10.
    """
    row = {
        "messages": [
            {"role": "system", "content": "You label tickets."},
            {"role": "user", "content": "I was charged twice"},
            {"role": "assistant", "content": "billing"},
        ]
    }
    counted = count_example(row, Encoding.CL100K_BASE)
    assert counted.per_role == {"system": 3 + 1 + 4, "user": 3 + 1 + 4, "assistant": 3 + 1 + 1}
    assert counted.total == 8 + 8 + 5 + 1
    assert counted.trained == 1


def test_a_name_counts_as_itself_and_one() -> None:
    plain = count_example({"messages": [{"role": "user", "content": "Hi"}]}, Encoding.O200K_BASE)
    named = count_example({"messages": [{"role": "user", "content": "Hi", "name": "ann"}]}, Encoding.O200K_BASE)
    assert named.total == plain.total + 1 + count("ann", Encoding.O200K_BASE)


def test_a_message_of_weight_nothing_is_billed_but_not_trained() -> None:
    answers = [
        {"role": "assistant", "content": "billing", "weight": 0},
        {"role": "assistant", "content": "billing", "weight": 1},
        {"role": "assistant", "content": "billing"},
    ]
    counted = count_example({"messages": answers}, Encoding.CL100K_BASE)
    assert (counted.total, counted.trained) == (3 * 5 + 1, 2)


def test_calls_count_their_names_and_arguments_and_a_little() -> None:
    called = {"name": "get_weather", "arguments": '{"city": "Oslo"}'}
    new = {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": called}] * 2}
    old = {"role": "assistant", "function_call": called}
    each = 8 + count("get_weather", Encoding.O200K_BASE) + count('{"city": "Oslo"}', Encoding.O200K_BASE)
    assert count_example({"messages": [new]}, Encoding.O200K_BASE).total == 3 + 1 + 2 * each + 1
    assert count_example({"messages": [old]}, Encoding.O200K_BASE).total == 3 + 1 + each + 1


def test_parts_count_texts_refusals_and_images() -> None:
    image = {"url": "https://example.com/a.png"}
    parts = [
        {"type": "text", "text": "billing"},
        {"type": "image_url", "image_url": image},
        {"type": "image_url", "image_url": {**image, "detail": "low"}},
    ]
    row = {
        "messages": [
            {"role": "user", "content": parts},
            {"role": "assistant", "content": [{"type": "refusal", "refusal": "billing"}]},
            {"role": "assistant", "refusal": "billing"},
        ]
    }
    counted = count_example(row, Encoding.CL100K_BASE)
    assert counted.per_role == {"user": 3 + 1 + 1 + 765 + 85, "assistant": 2 * (3 + 1 + 1)}
    assert counted.trained == 2


WEATHER = {
    "name": "get_weather",
    "description": "Current temperature.",
    "parameters": {
        "type": "object",
        "properties": {
            "city": {"type": "string", "description": "Where."},
            "unit": {"type": "string", "enum": ["celsius", "kelvin"]},
        },
    },
}


@pytest.mark.parametrize(("encoding", "for_each_tool"), [(Encoding.O200K_BASE, 7), (Encoding.CL100K_BASE, 10)])
def test_tools_count_by_the_published_approximation(encoding: Encoding, for_each_tool: int) -> None:
    function = for_each_tool + count("get_weather:Current temperature", encoding)
    city = 3 + count("city:string:Where", encoding)
    items = 3 + count("celsius", encoding) + 3 + count("kelvin", encoding)
    unit = 3 + count("unit:string:", encoding) - 3 + items
    expected = function + 3 + city + unit + 12
    assert count_tools([WEATHER], encoding) == expected
    answer = {"role": "assistant", "content": "billing"}
    bare = count_example({"messages": [answer]}, encoding).total
    for declared in ({"tools": [{"type": "function", "function": WEATHER}]}, {"functions": [WEATHER]}):
        assert count_example({"messages": [answer], **declared}, encoding).total == bare + expected


def test_tools_without_parameters_or_with_strange_ones_still_count() -> None:
    name_only = 7 + count("f:", Encoding.O200K_BASE) + 12
    shapeless: list[dict[str, Any]] = [{}, {"properties": {}}, {"properties": []}, {"$ref": "#/x"}]
    for parameters in shapeless:
        assert count_tools([{"name": "f", "parameters": parameters}], Encoding.O200K_BASE) == name_only
    strange = {"name": "f", "parameters": {"properties": {"x": True}}}
    assert count_tools([strange], Encoding.O200K_BASE) == name_only + 3 + 3 + 1
