"""What passes as plainly sound is sound: the strict parser and the rules say nothing of it, and it means the same to them."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.datasets.prints import fingerprint
from shared.datasets.shapes import Shape
from shared.datasets.tokens import Encoding, count_example
from shared.datasets.tokens.fast import Counter
from shared.datasets.validating.batches import Batch
from shared.datasets.validating.examples import Examples, examples_of
from shared.datasets.validating.numbers import TokenTally
from shared.datasets.validating.observing import block_of_examples
from shared.datasets.validating.sound_chat import SoundChats, sound_chats
from shared.datasets.validating.strict_rows import Judge, Judged
from tests.datasets.files import corpus, good_line

NONE_SOUND = sound_chats([])


def batch_of(contents: list[bytes]) -> Batch:
    return Batch(range(1, len(contents) + 1), [10 * place for place in range(len(contents))], contents)


def judged(contents: list[bytes]) -> list[Judged]:
    judge = Judge(Shape.CHAT)
    return [judge.text(place + 1, 10 * place, content) for place, content in enumerate(contents)]


def both_ways(contents: list[bytes]) -> tuple[SoundChats, Examples, Examples]:
    """The examples told many at once, and one by one."""
    sound = sound_chats(contents)
    one_by_one = judged(contents)
    passed = set(sound.places.tolist())
    others = [one for place, one in enumerate(one_by_one) if place not in passed]
    batch = batch_of(contents)
    at_once = examples_of(Shape.CHAT, batch, sound, others)
    return sound, at_once, examples_of(Shape.CHAT, batch, NONE_SOUND, one_by_one)


def lengths(examples: Examples) -> list[int]:
    tally = TokenTally(Counter(Encoding.CL100K_BASE), 100)
    said = tally.counter.count(examples.pieces.texts, examples.pieces.utf8)
    tokens: list[int] = tally.add(examples, said).tolist()
    return tokens


def assert_same(contents: list[bytes]) -> SoundChats:
    sound, at_once, one_by_one = both_ways(contents)
    all_judged = judged(contents)
    assert [all_judged[place].findings for place in sound.places.tolist()] == [[] for _ in sound.places]
    for column in ("lines", "offsets", "digests", "prompts"):
        assert getattr(at_once, column).tolist() == getattr(one_by_one, column).tolist()
    rows = [one.row for one in all_judged if one.row is not None]
    assert at_once.digests.tolist() == [fingerprint(row, Shape.CHAT).example for row in rows]
    assert at_once.prompts.tolist() == [fingerprint(row, Shape.CHAT).prompt for row in rows]
    assert lengths(at_once) == [count_example(row, Encoding.CL100K_BASE).total for row in rows]
    if rows:
        assert_same_block(contents, at_once, one_by_one)
    return sound


def assert_same_block(contents: list[bytes], at_once: Examples, one_by_one: Examples) -> None:
    tokens = np.zeros(len(at_once), np.int64)
    left, right = (block_of_examples(batch_of(contents), one, tokens) for one in (at_once, one_by_one))
    assert [list(left.lines), list(left.texts), list(left.roles)] == [
        list(right.lines),
        list(right.texts),
        list(right.roles),
    ]
    assert left.bounds.tolist() == right.bounds.tolist()
    assert [json.loads(text) for text in left.raw] == [json.loads(text) for text in right.raw]


TEXT = st.one_of(
    st.text(max_size=6).map(json.dumps),
    st.text(max_size=6).map(lambda text: json.dumps(text, ensure_ascii=False)).filter(lambda text: text.isprintable()),
    st.sampled_from(
        [
            '""',
            '" "',
            '"\\n"',
            '"\\u00a0"',
            '"\\u3000"',
            '"a\\u0022b"',
            '"\\u0022\\u0022"',
            '"a\\"b"',
            '"\\\\"',
            '"\\\\u0022"',
            '"\\u0000"',
            '"\\\\u0000"',
            '"\\ud83d\\ude00"',
            '"\\ud83d"',
            '"\\/"',
            '"a"',
            '"b"',
            '"<|endoftext|>"',
            '"\\u017f"',
            *("null", "1", '["a"]', '[{"type": "text", "text": "a"}]', "{}", "true"),
        ]
    ),
)
ROLE = st.sampled_from(
    ['"user"', '"assistant"', '"user"', '"assistant"', '"system"', '"tool"', '"developer"', '"us\\u0065r"', "null", "1"]
)
WEIGHT = st.sampled_from(["0", "1", "1", "1.0", "-0", "true", "null", '"1"', "2", "1e0", "01", "1E400", "NaN"])
KEY = st.one_of(st.sampled_from(['"role"', '"content"', '"r\\u006fle"', '"weight"']), st.just('"name"'), st.just('"é"'))
MEMBER = st.one_of(
    st.tuples(st.just('"role"'), ROLE),
    st.tuples(st.just('"content"'), TEXT),
    st.tuples(st.just('"weight"'), WEIGHT),
    st.tuples(KEY, TEXT | ROLE),
)
SPACE = st.sampled_from(["", " ", "  ", "\t", "\r"])


def object_of(members: list[tuple[str, str]], space: str) -> str:
    return "{" + f",{space}".join(f"{key}{space}:{space}{value}" for key, value in members) + "}"


USUAL = (
    st.tuples(ROLE, TEXT)
    .map(lambda pair: [("role", pair[0]), ("content", pair[1])])
    .map(lambda members: [(f'"{key}"', value) for key, value in members])
)
ANSWERED = st.tuples(TEXT, TEXT, st.lists(MEMBER, max_size=1)).map(
    lambda said: [
        [('"role"', '"user"'), ('"content"', said[0])],
        [('"content"', said[1]), ('"role"', '"assistant"'), *said[2]],
    ]
)
MESSAGE = st.one_of(USUAL, st.tuples(USUAL, st.lists(MEMBER, max_size=2)).map(lambda pair: pair[0] + pair[1]))
CONVERSATION = st.one_of(ANSWERED, ANSWERED, st.lists(MESSAGE, max_size=4))
ROW = st.tuples(
    CONVERSATION,
    SPACE,
    st.sampled_from(["", "", "", ',"tools":[]', ',"messages":[]', ',"m":1', "}", " ", ',"parallel_tool_calls":true']),
).map(
    lambda made: (
        '{"messages":' + made[1] + "[" + ", ".join(object_of(one, made[1]) for one in made[0]) + "]" + made[2] + "}"
    ).encode("utf-8", "surrogatepass")
)


@settings(deadline=None, max_examples=500)
@given(st.lists(ROW, max_size=5))
def test_whatever_passes_is_silently_taken_by_the_rules_and_means_the_same(contents: list[bytes]) -> None:
    assert_same(contents)


def rows_of_corpus() -> list[Any]:
    texts = [(case["name"], json.dumps(case["row"])) for case in corpus("chat")]
    texts += [(case["name"], case["line"]) for case in corpus("lines")]
    return [pytest.param(text.encode("utf-8", "surrogatepass"), id=name) for name, text in texts]


@pytest.mark.parametrize("content", rows_of_corpus())
def test_every_case_of_the_corpus_is_judged_alike(content: bytes) -> None:
    assert_same([good_line(1).encode(), content, good_line(2).encode()])


def message(role: str, content: str, more: str = "") -> str:
    return f'{{"role": "{role}", "content": "{content}"{more}}}'


def chat(*messages: str, more: str = "") -> bytes:
    return f'{{"messages": [{", ".join(messages)}]{more}}}'.encode()


ASKED = message("user", "a")


@pytest.mark.parametrize(
    "content",
    [
        chat(ASKED, message("assistant", "b")),
        chat(message("system", "s"), ASKED, message("assistant", "b")),
        chat(ASKED, message("assistant", "b", ', "weight": 0'), ASKED, message("assistant", "b", ', "weight": 1')),
        chat(ASKED, message("assistant", '\\u4f60 \\ud83d\\ude00 \\u00e9 \\" \\\\')),
        chat(ASKED, message("assistant", "b")).replace(b" ", b""),
    ],
)
def test_plain_chats_pass(content: bytes) -> None:
    """Otherwise the fast way would be right and useless."""
    assert assert_same([content] * 3).places.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    "content",
    [
        chat(ASKED, message("assistant", "b", ', "content": "b"')),
        chat(ASKED, message("assistant", "b"), more=', "messages": [1]'),
        # Two hidden quotation marks make up for those of the key that was dropped.
        chat(ASKED, message("assistant", "\\u0022\\u0022\\u0022\\u0022", ', "weight": 1, "weight": 1')),
        chat(ASKED, message("assistant", "b", ', "weight": 1.0')),
        chat(ASKED, message("assistant", "b", ', "weight": 0')),
        chat(message("user", "a", ', "weight": 1'), message("assistant", "b")),
        chat(ASKED, message("assistant", "\\u0000")),
        chat(ASKED, message("assistant", " \\u3000")),
        chat(ASKED, ASKED, message("assistant", "b")),
        chat(message("system", "a"), message("assistant", "b")),
        chat(message("assistant", "b")),
        chat(ASKED),
        chat(ASKED, message("assistant", "," * 250_001)),
    ],
)
def test_what_is_not_plain_does_not_pass(content: bytes) -> None:
    good = good_line(1).encode()
    assert assert_same([good, content, good]).places.tolist() == [0, 2]


def test_a_key_given_twice_is_noticed_beside_an_example_with_hidden_quotation_marks() -> None:
    """The sums over both are what they would be without either."""
    twice = chat(ASKED, message("assistant", "b", ', "content": "b"'))
    hidden = chat(ASKED, message("assistant", "\\u0022" * 4))
    assert assert_same([twice, hidden]).places.tolist() == []
