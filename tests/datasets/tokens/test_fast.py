"""The fast counter counts as tiktoken does; where it does not, that is noticed, said, and put right."""

from collections.abc import Iterable
from io import BytesIO

import pytest
import toktok
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.datasets.tokens import Encoding, count
from shared.datasets.tokens.counting import LONGEST_PIECE, REMEMBERED_TEXTS
from shared.datasets.tokens.fast import COMPARED_ONE_IN, Counter, CounterDisagreesError
from shared.datasets.tokens.newer import any_newer, has_newer
from shared.datasets.validation import Limits, validate
from tests.datasets.files import good_lines

BOTH = pytest.mark.parametrize("encoding", list(Encoding))
NEWER = ("\u088f", "\ua7ce", "\U0001ae60", "\U000323b0", "\U00033479", "\U0001e6ff", "\u1ad0")
ODD = st.sampled_from(
    [*NEWER, "'", "s", "S", " ", "\n", "\t", "ſ", "K", "é", "你", "🙏", "\u200d", "<|endoftext|>", "1", "-", "ﬀ", "ǅ"]
)


def counted(texts: list[str], encoding: Encoding) -> list[int]:
    tokens: list[int] = Counter(encoding).count(texts, "\n".join(texts).encode()).tolist()
    return tokens


@BOTH
@settings(deadline=None, max_examples=150)
@given(texts=st.lists(st.lists(ODD | st.text(max_size=3), max_size=8).map("".join), max_size=5))
def test_any_texts_are_counted_as_tiktoken_counts_them(encoding: Encoding, texts: list[str]) -> None:
    assert counted(texts, encoding) == [count(text, encoding) for text in texts]


@BOTH
def test_letters_that_tiktoken_does_not_know_yet_are_left_to_it(encoding: Encoding) -> None:
    """The fast counter alone takes them for letters, and an s after their apostrophe for a contraction."""
    texts = [f"{letter}'s" for letter in NEWER] + ["a'ſ", "plain"]
    truth = [count(text, encoding) for text in texts]
    assert toktok.batch_count(texts, encoding.value) != truth
    assert counted(texts, encoding) == truth


@BOTH
def test_texts_that_come_again_are_counted_as_if_they_came_once(encoding: Encoding) -> None:
    counter = Counter(encoding)
    others = [f"Number {number}." for number in range(REMEMBERED_TEXTS)]
    texts = ["Be brief.", "a", "Be brief.", f"{NEWER[0]}'s", "简短地回答。", *others, "Be brief."]
    truth = [count(text, encoding) for text in texts]
    recurring = [place for place, text in enumerate(texts) if text != "a"]
    for _ in range(2):
        assert counter.count(texts, "".join(texts).encode(), recurring).tolist() == truth


def test_a_fault_in_a_text_that_comes_again_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    counter = Counter(Encoding.CL100K_BASE)
    wrong_about("brief", monkeypatch)
    with pytest.raises(CounterDisagreesError):
        counter.count(["a", "Be brief."], b"", [1])


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=8) | st.lists(ODD, max_size=6).map("".join))
def test_newer_characters_are_seen_in_bytes_as_in_text(text: str) -> None:
    assert any_newer(text.encode()) == has_newer(text)


@pytest.mark.parametrize(
    "code_point", [0x017E, 0x017F, 0x0180, 0x088E, 0x088F, 0xA7CD, 0xA7CE, 0xA7D0, 0x323AF, 0x323B0, 0x33479, 0x3347A]
)
def test_the_borders_of_their_ranges_are_where_they_are(code_point: int) -> None:
    expected = code_point in {0x017F, 0x088F, 0xA7CE, 0x323B0, 0x33479}
    assert has_newer(f"a{chr(code_point)}") is expected
    assert any_newer(f"a{chr(code_point)}".encode()) is expected


@BOTH
def test_long_texts_are_cut_where_tiktoken_cuts_them(encoding: Encoding) -> None:
    texts = ["short", "The parcel 包裹 is late. " * (LONGEST_PIECE // 10), "-" * (LONGEST_PIECE + 1)]
    assert counted(texts, encoding) == [count(text, encoding) for text in texts]


def wrong_about(mark: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fast counter as it would be with a fault."""
    honest = toktok.batch_count

    def faulty(texts: Iterable[str], *rest: object) -> list[int]:
        texts = list(texts)
        return [tokens + (mark in text) for tokens, text in zip(honest(texts, *rest), texts, strict=True)]

    monkeypatch.setattr(toktok, "batch_count", faulty)


def test_a_fault_in_the_sample_makes_tiktoken_count_the_whole_file(monkeypatch: pytest.MonkeyPatch) -> None:
    content = "".join(line + "\n" for line in good_lines(400)).encode()
    limits = Limits({Encoding.CL100K_BASE: 16_385, Encoding.O200K_BASE: 65_536})
    honest = validate(BytesIO(content), limits)
    assert {(one.counter, one.counter_mismatches) for one in honest.tokens.values()} == {("toktok", 0)}
    wrong_about("parcel 1?", monkeypatch)
    checked = validate(BytesIO(content), limits)
    for encoding, tokens in checked.tokens.items():
        assert (tokens.counter, tokens.counter_mismatches) == ("tiktoken", 1)
        assert tokens.total == honest.tokens[encoding].total
    assert (checked.codes, checked.examples) == (honest.codes, 400)


def test_every_so_many_texts_of_a_dataset_one_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    counter = Counter(Encoding.CL100K_BASE)
    wrong_about("wrong", monkeypatch)
    texts = [f"text {number}" for number in range(COMPARED_ONE_IN)]
    counter.count(texts[:-50], b"")
    # Number 1,000 is of the sample, number 1,001 is not.
    assert counter.count([*texts[:51], "wrong"], b"")[-1] == 2
    with pytest.raises(CounterDisagreesError):
        Counter(Encoding.CL100K_BASE).count([*texts, "wrong"], b"")


@BOTH
@pytest.mark.parametrize(
    "text",
    [
        " " * 1_000_000,
        " " * 1_000_000 + "x",
        "\u00a0" * 1_000_000 + "x",
        "a" * 1_000_000,
        "<|endoftext|>" * 1_000,
        "-" * 400_000,
    ],
    ids=["spaces", "spaces and a letter", "hard spaces", "one letter", "special tokens", "dashes"],
)
def test_endless_runs_are_counted(encoding: Encoding, text: str) -> None:
    (tokens,) = counted([text], encoding)
    assert len(text) / 130 < tokens < len(text)
