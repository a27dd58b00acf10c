"""Remedies that compare examples, or that look at all of them before they mend the first."""

from dataclasses import replace

import pytest

from shared.datasets.remedies import Change, Chosen, Step
from shared.datasets.shapes import Shape
from tests.datasets.remedies.workbench import LENT, Row, assistant, conversation, prepared, system, user


def asked(question: str, answer: str) -> Row:
    return conversation(user(question), assistant(answer))


A, B, C = asked("a?", "one"), asked("b?", "two"), asked("c?", "three")


def test_the_first_of_repetitions_stays_whatever_the_order_of_keys() -> None:
    turned = {"messages": [{"content": "a?", "role": "user"}, {"content": "one", "role": "assistant"}]}
    mended, done = prepared([A, B, turned, B, C], "drop_duplicates")
    assert mended == [A, B, C]
    assert done.log["drop_duplicates"].lines == [3, 4]


def test_equal_in_python_is_not_the_same_example() -> None:
    rows = [conversation(user("a?"), assistant("one", weight=weight)) for weight in (1, True, 1.0)]
    assert len(prepared(rows, "drop_duplicates")[0]) == 3


@pytest.mark.parametrize(("remedy", "left_out"), [("drop_near_duplicates", B), ("drop_secrets", C)])
def test_lines_that_the_report_named_are_left_out(remedy: str, left_out: Row) -> None:
    assert prepared([A, B, C], remedy)[0] == [row for row in (A, B, C) if row is not left_out]


def test_what_moderation_objected_to_is_left_out() -> None:
    flagged = replace(LENT, lines={"moderation_flagged": {1, 3}})
    assert prepared([A, B, C], "drop_flagged", lent=flagged)[0] == [B]


def test_one_answer_to_each_prompt_stays() -> None:
    other = asked("a?", "another")
    assert prepared([A, B, other, A], "drop_conflicting")[0] == [A, B, A]
    assert prepared([A, B, other, A], Chosen("drop_conflicting", {"keep": "none"}))[0] == [B]


def test_a_prompt_is_the_whole_conversation_before_the_answer() -> None:
    rows = [conversation(system(text), user("a?"), assistant(text)) for text in ("one", "two")]
    assert prepared(rows, "drop_conflicting")[0] == rows


def test_labels_get_their_most_frequent_spelling() -> None:
    rows = [asked(f"{number}?", "billing") for number in range(40)]
    rows += [asked(f"{number}!", "shipping") for number in range(40)]
    odd = ["Billing", " billing", "biling", "shippign", "hopping"]
    mended, done = prepared(rows + [asked(f"odd {label}", label) for label in odd], "fix_labels")
    answers = [row["messages"][-1]["content"] for row in mended[-5:] if isinstance(row, dict)]
    assert answers == ["billing", "billing", "billing", "shipping", "hopping"]
    assert done.parameters["fix_labels"]["labels"]["biling"] == "billing"


def test_answers_that_are_no_labels_stay_as_they_are() -> None:
    rows = [asked(f"{number}?", f"Answer {number}") for number in range(9)] + [asked("x?", "answer 1")]
    assert prepared(rows, "fix_labels")[0] == rows


def test_the_most_frequent_system_prompt_is_taken_and_noted_for_inference() -> None:
    rows = [conversation(system(text), *A["messages"]) for text in ("Be brief.", "Be  brief.", "Be brief.")] + [A]
    unified, done = prepared(rows, "unify_system_prompt")
    assert unified == [rows[0], rows[0], rows[0], A]
    assert done.recipe.system_prompt == "Be brief."
    added, _ = prepared(rows, "add_system_prompt")
    assert added == [*rows[:3], rows[0]]


def test_without_any_system_prompt_none_is_invented() -> None:
    mended, done = prepared([A, B], "add_system_prompt", "unify_system_prompt")
    assert mended == [A, B]
    assert done.recipe.steps == ()


def completion(prompt: str, text: str) -> Row:
    return {"prompt": prompt, "completion": text}


def test_what_is_learnt_of_completions_is_what_earlier_remedies_leave() -> None:
    rows = [completion("who -> x", "Me"), completion("why", ""), completion("when", "Now"), completion("when", "Now")]
    names = (
        "drop_empty_completions",
        "drop_duplicates",
        "add_prompt_suffix",
        "add_completion_suffix",
        "add_leading_space",
    )
    mended, done = prepared(rows, *names, shape=Shape.COMPLETION)
    assert mended == [
        completion("who -> x\n\n###\n\n", " Me\n"),
        completion("when\n\n###\n\n", " Now\n"),
    ]
    assert done.recipe.steps == (
        Step(Change.PROMPT_SUFFIX_ADDED, "\n\n###\n\n"),
        Step(Change.ANSWER_SUFFIX_ADDED, "\n"),
        Step(Change.ANSWER_SPACE_ADDED),
    )
    assert done.log["drop_duplicates"].lines == [4]


def test_given_affixes_are_used() -> None:
    rows = [completion("Q: who", "A: me"), completion("Q: when", "A: now")]
    chosen = [
        Chosen("strip_prompt_prefix", {"prefix": "Q: "}),
        Chosen("strip_completion_prefix", {"prefix": "A: "}),
        Chosen("add_completion_suffix", {"suffix": "<end>"}),
    ]
    mended, done = prepared(rows, *chosen, shape=Shape.COMPLETION)
    assert mended == [completion("who", "me<end>"), completion("when", "now<end>")]
    assert done.recipe.stop == ("<end>",)


def test_a_column_is_lower_cased_when_more_than_a_third_of_its_letters_are_capitals() -> None:
    third = [completion("ABcdef", "x"), completion("GHijkl", "y")]
    more = [completion("ABCdef", "x"), completion("GHijkl", "y")]
    assert prepared(third, "lower_case_prompts", shape=Shape.COMPLETION)[0] == third
    mended, done = prepared(more, "lower_case_prompts", shape=Shape.COMPLETION)
    assert mended == [completion("abcdef", "x"), completion("ghijkl", "y")]
    assert done.recipe.apply_to_prompt("LOUD") == "loud"
