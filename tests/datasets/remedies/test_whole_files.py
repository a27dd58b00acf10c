"""Remedies that compare examples, or that look at all of them before they mend the first."""

import json

import pytest

from shared.datasets.quality.block import block_of
from shared.datasets.quality.conflicts import Conflicts
from shared.datasets.remedies import Change, Chosen, Lent, Step
from shared.datasets.rows import lent_to_remedies
from shared.datasets.shapes import Shape
from tests.datasets.remedies.workbench import LENT, Row, assistant, conversation, count_tokens, prepared, system, user


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


@pytest.mark.parametrize(
    ("remedy", "left_out"), [("drop_near_duplicates", B), ("drop_secrets", C), ("drop_flagged", A)]
)
def test_lines_that_the_report_named_are_left_out(remedy: str, left_out: Row) -> None:
    lent = Lent(lines={**LENT.lines, "moderation_flagged": {1}})
    assert prepared([A, B, C], remedy, lent=lent)[0] == [row for row in (A, B, C) if row is not left_out]


@pytest.mark.parametrize("remedy", ["trim_to_limit", "drop_over_long"])
def test_faulty_examples_have_no_length(remedy: str) -> None:
    faulty: list[Row] = [{"messages": [{"content": "x"}]}, conversation(user(5), assistant("Here.")), {}]
    assert prepared(faulty, Chosen(remedy, {"most_tokens": 1}))[0] == faulty


def test_a_length_is_counted_in_the_encoding_of_the_model() -> None:
    row = asked("한국어로 대답해 주세요", "네, 알겠습니다")
    counts = [count_tokens(row, encoding) for encoding in ("o200k_base", "cl100k_base")]
    assert counts[0] < counts[1]
    limit = {"most_tokens": counts[0]}
    assert prepared([row], Chosen("drop_over_long", limit))[0] == [row]
    assert prepared([row], Chosen("drop_over_long", {**limit, "encoding": "cl100k_base"}))[0] == []


def test_of_contradicting_answers_those_go_that_the_report_names() -> None:
    poems = [asked("A poem!", f"Poem {number}: " + "waves and foam " * 9) for number in range(9)]
    personas = [conversation(system("You are Bob."), assistant(f"Line {number}")) for number in range(9)]
    rows = [*poems, *personas, asked("a?", "A"), asked("a?", "B"), asked("a?", "a")]
    raw = [json.dumps(row).encode() for row in rows]
    conflicts = Conflicts()
    conflicts.see(block_of(Shape.CHAT, range(1, len(rows) + 1), raw))
    named = {line for line, finding in conflicts.conclude() if finding.code == "conflicting_answers"}
    mended, _ = prepared(rows, "drop_conflicting", lent=Lent(lines={"conflicting_answers": named}))
    assert mended == [row for line, row in enumerate(rows, start=1) if line not in named]
    assert [row for row in rows[-3:] if row in mended] == [rows[-3], rows[-1]]
    assert mended[:9] == poems


def test_every_answer_that_refuses_or_speaks_of_an_ai_goes() -> None:
    refusing = [
        asked("a?", "I'm sorry, but I can't help with that."),
        asked("b?", "As an AI language model, I like it."),
    ]
    parts = conversation(user("c?"), assistant([{"type": "text", "text": "I cannot assist with that."}]))
    faulty = conversation(user("d?"), assistant("I cannot assist with that.", weight=2))
    rows = [A, *refusing, B, parts, faulty, asked("I cannot assist", "You can.")]
    lent = lent_to_remedies(Shape.CHAT, {})
    assert prepared(rows, "drop_refusals", lent=lent)[0] == [A, B, faulty, rows[-1]]


def test_labels_get_their_most_frequent_spelling() -> None:
    rows = [asked(f"{number}?", "billing") for number in range(40)]
    rows += [asked(f"{number}!", "shipping") for number in range(40)]
    odd = ["Billing", " billing", "biling", "shippign", "hopping"]
    mended, done = prepared(rows + [asked(f"odd {label}", label) for label in odd], "fix_labels")
    answers = [row["messages"][-1]["content"] for row in mended[-5:] if isinstance(row, dict)]
    assert answers == ["billing", "billing", "billing", "shipping", "hopping"]
    assert done.parameters["fix_labels"]["labels"]["biling"] == "billing"


@pytest.mark.parametrize(("frequent", "rare"), [("5 stars", "4 stars"), ("valid", "invalid")])
def test_labels_that_the_report_does_not_call_misspelt_stay(frequent: str, rare: str) -> None:
    rows = [asked(f"{number}?", frequent) for number in range(60)]
    rows += [asked(f"{number}!", rare) for number in range(3)]
    assert prepared(rows, "fix_labels")[0] == rows


def test_an_answer_that_is_not_preferred_keeps_its_spelling() -> None:
    def compared(number: int, preferred: str) -> Row:
        return {
            "input": {"messages": [user(f"{number}?")]},
            "preferred_output": [assistant(preferred)],
            "non_preferred_output": [assistant("biling")],
        }

    rows = [compared(number, "billing") for number in range(40)]
    assert prepared([*rows, compared(99, "biling")], "fix_labels", shape=Shape.PREFERENCE)[0] == [
        *rows,
        compared(99, "billing"),
    ]


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
