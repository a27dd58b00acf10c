"""What counts as the same answer, and as nearly the same."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.evaluations.grading import GRADERS, exact_match, token_f1, tokens


def test_space_around_an_answer_and_the_encoding_of_accents_do_not_matter() -> None:
    assert exact_match(" cafe\u0301\n", "caf\u00e9") == 1
    assert exact_match("Refund", "refund") == 0
    assert exact_match("re fund", "refund") == 0


def test_case_punctuation_and_articles_do_not_count_for_f1() -> None:
    assert token_f1("The refund, please!", "refund please") == 1
    assert tokens("An apple; the PEAR") == ["apple", "pear"]


def test_f1_counts_each_word_as_often_as_it_stands() -> None:
    # two of the answer's three words are wanted, and two of the reference's four are there
    assert token_f1("red red blue", "red green blue grey") == pytest.approx(2 * (2 / 3 * 2 / 4) / (2 / 3 + 2 / 4))


def test_each_chinese_or_japanese_character_is_a_token() -> None:
    assert tokens("退款 ABC政策。") == ["退", "款", "abc", "政", "策"]
    assert tokens("カードの更新") == list("カードの更新")
    assert token_f1("退款政策", "退款申请") == pytest.approx(0.5)


def test_full_width_letters_are_letters() -> None:
    assert token_f1("ＡＢＣ　１２", "abc 12") == 1


def test_texts_without_tokens_are_compared_as_they_stand() -> None:
    assert token_f1("!", "!") == 1
    assert token_f1("!", "?") == 0
    assert token_f1("", "refund") == 0


@given(st.text(), st.text())
def test_every_score_lies_between_0_and_1_and_both_ways_are_the_same(answer: str, reference: str) -> None:
    for grader in GRADERS.values():
        score = grader.score(answer, reference)
        assert 0 <= score <= 1
        assert score == pytest.approx(grader.score(reference, answer))
        assert not grader.pass_or_fail or score in (0, 1)


@given(st.text())
def test_the_reference_itself_is_always_right(reference: str) -> None:
    for grader in GRADERS.values():
        assert grader.score(unicodedata.normalize("NFD", reference), reference) == 1
