"""The recipe makes of a prompt what training made of it, and of an answer what was there before."""

import json

import pytest

from shared.datasets.remedies import Change, Recipe, Step, all_recommended
from shared.datasets.shapes import Shape
from tests.datasets.remedies.workbench import LENT, Row, prepared, user

QUESTIONS = ["PLEASE READ THIS: WHERE DO Owls Sleep", "PLEASE READ THIS: Why do Bees dance", "PLEASE READ THIS: ELMS"]
ANSWERS = ["Answer: in barns", "Answer: to say where", "Answer: trees"]
FILE = [{"prompt": prompt, "completion": answer} for prompt, answer in zip(QUESTIONS, ANSWERS, strict=True)]
RECOMMENDED = all_recommended(Shape.COMPLETION, LENT)


def prepared_twice() -> tuple[list[Row | str], Recipe]:
    first, one = prepared(FILE, *[c for c in RECOMMENDED if c.name != "drop_faulty_lines"], shape=Shape.COMPLETION)
    rows = [row for row in first if isinstance(row, dict)]
    second, two = prepared(rows, "normalise_unicode", shape=Shape.COMPLETION)
    return second, one.recipe.then(two.recipe)


def test_prompts_and_answers_go_through_as_the_file_did() -> None:
    mended, recipe = prepared_twice()
    assert len(mended) == len(FILE)
    for row, question, answer in zip(mended, QUESTIONS, ANSWERS, strict=True):
        assert isinstance(row, dict)
        assert recipe.apply_to_prompt(question) == row["prompt"]
        assert recipe.strip_answer(row["completion"]) == answer.removeprefix("Answer: ")
    assert recipe.stop == ("\n",)


def test_a_recipe_survives_json() -> None:
    _, recipe = prepared_twice()
    assert {step.change for step in recipe.steps} >= {Change.PROMPT_LOWER_CASED, Change.UNICODE_NORMALISED}
    assert Recipe.of(json.loads(json.dumps(recipe.as_list()))) == recipe


def test_an_unknown_change_is_refused() -> None:
    with pytest.raises(ValueError, match="magic"):
        Recipe.of([{"change": "magic", "text": ""}])


@pytest.mark.parametrize(
    ("change", "text", "prompt", "sent"),
    [
        (Change.PROMPT_PREFIX_REMOVED, "Q: ", "Q: who", "who"),
        (Change.PROMPT_PREFIX_REMOVED, "Q: ", "who", "who"),
        (Change.PROMPT_STRIPPED, "", " who\n", "who"),
        (Change.UNICODE_NORMALISED, "NFC", "e\u0301 １", "é １"),
        (Change.UNICODE_NORMALISED, "NFKC", "e\u0301 １", "é 1"),
        (Change.PUNCTUATION_NORMALISED, "quotes", "“who”？", '"who"？'),
        (Change.ANSWER_SUFFIX_ADDED, "\n", "who", "who"),
        (Change.SYSTEM_PROMPT_SET, "Be brief.", "who", "who"),
    ],
)
def test_each_change_on_a_prompt(change: Change, text: str, prompt: str, sent: str) -> None:
    assert Recipe((Step(change, text),)).apply_to_prompt(prompt) == sent


def test_what_the_model_says_after_its_end_is_cut_off() -> None:
    recipe = Recipe((Step(Change.ANSWER_SUFFIX_ADDED, " END"), Step(Change.ANSWER_SPACE_ADDED)))
    assert recipe.strip_answer(" yes END and more") == "yes"
    assert recipe.strip_answer(" yes") == "yes"


def test_the_later_system_prompt_counts() -> None:
    recipe = Recipe((Step(Change.SYSTEM_PROMPT_SET, "a"),)).then(Recipe((Step(Change.SYSTEM_PROMPT_SET, "b"),)))
    assert recipe.system_prompt == "b"
    assert Recipe().system_prompt is None


@pytest.mark.parametrize(
    ("remedy", "text"),
    [("strip_whitespace", " who "), ("normalise_punctuation", "“who”"), ("normalise_unicode", "e\u0301")],
)
def test_a_remedy_for_texts_does_what_its_recipe_says(remedy: str, text: str) -> None:
    mended, done = prepared([{"messages": [user(text)]}], remedy)
    assert isinstance(mended[0], dict)
    assert mended[0]["messages"][0]["content"] == done.recipe.apply_to_prompt(text) != text
