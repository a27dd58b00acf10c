"""What is doubtful in answers, by themselves and beside the others of the file."""

import json

import pytest

from shared.datasets.quality.answers import Answers
from shared.datasets.quality.block import block_of
from shared.datasets.quality.conflicts import Conflicts
from shared.datasets.quality.endings import Endings
from shared.datasets.quality.lengths import Lengths
from shared.datasets.quality.refusals import Refusals
from shared.datasets.shapes import Shape
from tests.datasets.quality.looking import chat, codes, preference, seen

SENTENCE = "The parcel left our house on Monday and will be with you on Thursday at the latest, we think."


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("  \n ", "blank_answer"),
        ("Please translate this sentence.", "answer_repeats_prompt"),
        ("Look:\n```python\nprint(1)\n", "unclosed_code"),
        ("```\n1\n```\nand\n```\n2", "unclosed_code"),
        ("Use ```x``` here:\n```\n1", "unclosed_code"),
        ('{"label": "billing", "why": "char', "broken_json_answer"),
        ('[{"a": 1}, {"a":', "broken_json_answer"),
    ],
)
def test_an_answer_that_is_broken_by_itself(answer: str, code: str) -> None:
    ((line, finding),) = seen(Answers(), [chat("Hi", "Hello"), chat("Please translate this sentence.", answer)])
    assert (line, finding.code, finding.pointer) == (2, code, "/messages/1/content")


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "yes",
        "```\nx\n```",
        "```\nx\n```\nand\r```\ny\n  ```",
        "Use ```x``` here.",
        '{"a": 1}',
        "{ x | x > 1 }",
        '{"a": 1} is what you want.',
        "[1] says so",
    ],
)
def test_an_answer_that_only_looks_so(answer: str) -> None:
    assert seen(Answers(), [chat("yes", answer)]) == []


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("As an AI language model, I have no opinion.", "boilerplate"),
        ("I'm sorry, but I can't assist with that.", "refusal"),
        ("I cannot help with this request.", "refusal"),
        ("作为一个AI语言模型，我没有感情。", "boilerplate"),
        ("很抱歉，我无法回答这个问题。", "refusal"),
        ("Als KI-Sprachmodell habe ich keine Meinung.", "boilerplate"),
        ("Tut mir leid, dabei kann ich nicht helfen.", "refusal"),
        ("Je ne peux pas vous aider.", "refusal"),
        ("Lo siento, pero no puedo ayudarte.", "refusal"),
        ("申し訳ありませんが、お答えできません。", "refusal"),
    ],
)
def test_refusals_and_phrases_of_chatbots(answer: str, code: str) -> None:
    assert codes(seen(Refusals(), [chat("Hi", "Hello"), chat("?", answer), chat("Hi", "Hello")])) == [(2, code)]


@pytest.mark.parametrize(
    "answer",
    [
        "I can't wait to see you!",
        "We cannot ship to islands.",
        "Sorry for the delay. Your parcel is on its way.",
        "Unfortunately the shop is closed.",
        "The AI said so.",
        "抱歉让您久等了。",
        "x" * 500 + "I'm sorry, but I can't assist with that.",
    ],
)
def test_what_only_sounds_like_a_refusal(answer: str) -> None:
    assert seen(Refusals(), [chat("Hi", answer)]) == []


def test_an_answer_without_a_full_stop_is_cut_off_where_all_others_have_one() -> None:
    rows = [chat("?", SENTENCE) for _ in range(99)]
    assert codes(seen(Endings(), [*rows, chat("?", SENTENCE[:-5])])) == [(100, "truncated_answer")]
    assert seen(Endings(), [*rows, chat("?", SENTENCE + "\n- a list of things")]) == []


def test_where_many_end_without_a_full_stop_it_is_a_habit() -> None:
    rows = [chat("?", SENTENCE if number % 10 else SENTENCE[:-1]) for number in range(100)]
    assert seen(Endings(), rows) == []


def test_spaces_at_the_end_are_told_where_most_have_none() -> None:
    rows = [chat("?", "yes") for _ in range(20)]
    assert codes(seen(Endings(), [*rows, chat("?", "yes ")])) == [(21, "uneven_whitespace")]
    assert seen(Endings(), [chat("?", "yes\n") for _ in range(20)]) == []


def test_an_answer_of_another_size_than_all_others() -> None:
    rows = [chat("?", "w" * (100 + number)) for number in range(60)]
    assert codes(seen(Lengths(), [*rows, chat("?", "w" * 9_000), chat("?", "no")])) == [(61, "answer_length_outlier")]
    assert seen(Lengths(), rows) == []
    assert seen(Lengths(), [chat("?", "w" * 4**number) for number in range(8)] * 10) == []


def test_the_same_prompt_with_two_labels() -> None:
    rows = [chat("Late!", "shipping"), chat("Broken", "returns"), chat("Late!", "billing"), chat("Late!", "Shipping ")]
    observer = Conflicts()
    ((line, finding),) = seen(observer, rows, per_block=2)
    assert (line, finding.code, finding.message) == (
        3,
        "conflicting_answers",
        "line 1 answers the same prompt differently",
    )
    assert observer.numbers() == {"prompts": 1, "examples": 1}


def test_two_long_answers_to_one_prompt_may_both_be_right() -> None:
    assert codes(seen(Conflicts(), [chat("?", SENTENCE), chat("?", SENTENCE + " So.")])) == [(2, "several_answers")]


def test_another_system_message_makes_another_prompt() -> None:
    assert seen(Conflicts(), [chat("?", "yes", "Agree."), chat("?", "no", "Disagree.")]) == []


@pytest.mark.parametrize("system", [None, "You are Bob."])
def test_where_nothing_was_asked_no_answer_contradicts_another(system: str | None) -> None:
    assert seen(Conflicts(), [chat(" ", "yes", system), chat(" ", "no", system)]) == []
    personas = [
        {"messages": [*chat("?", said, system)["messages"][:-2], {"role": "assistant", "content": said}]}
        for said in ("a", "b")
    ]
    assert seen(Conflicts(), personas) == []
    pairs = [preference("", "a", "b"), preference("?", "a", "b"), preference("?", "b", "a"), preference("", "b", "a")]
    assert codes(seen(Conflicts(), pairs, Shape.PREFERENCE)) == [(3, "conflicting_answers")]


def test_the_same_question_about_another_image_is_another_prompt() -> None:
    rows = [chat("", answer) for answer in ("a cat", "a dog")]
    for row, name in zip(rows, "ab", strict=True):
        image = {"type": "image_url", "image_url": {"url": f"https://example.com/{name}.png"}}
        row["messages"][0]["content"] = [{"type": "text", "text": "What is this?"}, image]
    assert seen(Conflicts(), rows) == []


def test_examples_made_of_one_line_do_not_contradict_each_other() -> None:
    raw = [json.dumps(chat("?", answer)).encode() for answer in ("yes", "no", "maybe")]
    observer = Conflicts()
    observer.see(block_of(Shape.CHAT, [7, 7, 8], raw))
    assert codes(list(observer.conclude())) == [(8, "conflicting_answers")]


def test_preferences_contradict_each_other_only_when_turned_round() -> None:
    rows = [preference("?", "a", "b"), preference("?", "a", "c"), preference("?", "b", "a"), preference("?", "c", "b")]
    assert codes(seen(Conflicts(), rows, Shape.PREFERENCE)) == [(3, "conflicting_answers")]
