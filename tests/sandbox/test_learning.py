"""What a tuned model knows: better where the examples show the task, unchanged by noise, worse by wrong examples."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.examples import Reading, last_question, read
from sandbox.guessing import choices, guess
from sandbox.learning import Learner
from sandbox.wire import Dialect
from tests.sandbox.data import chat, jsonl

Row = dict[str, Any]
Answerer = Callable[[Row], str]
_EXAMPLES = Path(__file__).parents[2] / "examples"
_READING = Reading("supervised", Dialect.OPENAI, "o200k_base", 65_536)


def rows(name: str) -> list[Row]:
    text = (_EXAMPLES / f"{name}.jsonl").read_text("utf-8-sig")
    return [json.loads(line) for line in text.splitlines()]


def base(row: Row) -> str:
    return guess(row["messages"][:-1])


def learnt_from(training: list[Row]) -> Answerer:
    learner = Learner(read(jsonl(training), _READING))

    def answer(row: Row) -> str:
        learnt = learner.answer(last_question(row["messages"][:-1]))
        return learnt.text if learnt else base(row)

    return answer


def share_right(answer: Answerer, held_out: list[Row]) -> float:
    right = [row for row in held_out if answer(row) == row["messages"][-1]["content"]]
    return len(right) / len(held_out)


def cross_validated(training: list[Row], truth: list[Row]) -> float:
    """Right answers to every fifth row, learnt from the other four, five times over."""
    asked = [{last_question(row["messages"][:-1]) for row in truth[fold::5]} for fold in range(5)]
    shares = []
    for fold in range(5):
        rest = [row for row in training if last_question(row["messages"][:-1]) not in asked[fold]]
        shares.append(share_right(learnt_from(rest), truth[fold::5]))
    return sum(shares) / 5


def test_examples_of_the_task_make_it_clearly_better_than_the_base() -> None:
    truth = rows("support_triage")
    assert 0.35 <= share_right(base, truth) <= 0.60
    assert cross_validated(truth, truth) >= 0.85


def test_labels_that_are_noise_change_nothing() -> None:
    truth = rows("support_triage")
    assert cross_validated(rows("random_labels"), truth) == pytest.approx(share_right(base, truth), abs=0.02)


def test_labels_that_are_wrong_make_it_worse() -> None:
    truth = rows("support_triage")
    assert cross_validated(rows("harmful_labels"), truth) < share_right(base, truth) - 0.2


def test_one_example_repeated_teaches_nothing() -> None:
    answer = learnt_from([chat("my card was charged twice", "shipping")] * 40)
    asked = chat("my card was charged again", "billing")
    assert answer(asked) == base(asked)


def test_examples_of_something_else_leave_the_answer_alone() -> None:
    recipes = [
        chat(f"how long do I boil {name}", f"{at + 3} minutes")
        for at, name in enumerate(["eggs", "rice", "beans", "peas", "corn"] * 3)
    ]
    asked = chat("发票金额不对，多扣款了", "billing")
    assert learnt_from(recipes)(asked) == base(asked)


def test_fields_are_found_in_the_text_and_voted_on() -> None:
    kinds = {
        "refund": "I want my money back for order",
        "delay": "still waiting for order",
        "damage": "arrived broken, order",
    }
    training = [
        chat(f"{text} {letter}-{1000 + at}", json.dumps({"order": f"{letter}-{1000 + at}", "kind": kind}), system="")
        for at in range(8)
        for letter in "AB"
        for kind, text in kinds.items()
    ]
    asked = chat("please, it arrived broken. The order is Z-77", "", system="")
    assert json.loads(learnt_from(training)(asked)) == {"order": "Z-77", "kind": "damage"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Answer with exactly one label: billing, shipping, account.", ["billing", "shipping", "account"]),
        ("Classify the review as positive, negative or neutral.", ["positive", "negative", "neutral"]),
        ("请从以下标签中选择一个：账单、物流、账户。", ["账单", "物流", "账户"]),
        ("Choose:\n- urgent\n- normal\n- low", ["urgent", "normal", "low"]),
        ("Write a poem.", []),
    ],
)
def test_the_base_model_finds_the_choices_that_a_prompt_names(text: str, expected: list[str]) -> None:
    assert choices(text) == expected
