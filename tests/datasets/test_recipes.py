"""A conversion changes what has to be done at inference, as the remedies before it do."""

import pytest

from shared.datasets.recipes import converted
from shared.datasets.remedies import Change, Recipe, Step
from shared.datasets.shapes import Shape
from shared.datasets.shaping.conversions.conversion import Affixes, Conversion

ARROW = Affixes(separator=" ->", stop=" END", leading_space=True)
SUFFIX = Step(Change.PROMPT_SUFFIX_ADDED, " ->")
STOP = Step(Change.ANSWER_SUFFIX_ADDED, " END")
SPACE = Step(Change.ANSWER_SPACE_ADDED)
LOWER = Step(Change.PROMPT_LOWER_CASED)
OF_COMPLETIONS = Recipe((LOWER, SUFFIX, SPACE, STOP))


def test_what_was_left_off_need_not_be_sent_any_more() -> None:
    assert converted(OF_COMPLETIONS, Conversion(Shape.COMPLETION, Shape.CHAT, ARROW)) == Recipe((LOWER,))


def test_what_stays_in_the_prompt_must_still_be_sent() -> None:
    assert converted(OF_COMPLETIONS, Conversion(Shape.COMPLETION, Shape.CHAT)) == OF_COMPLETIONS
    other = Conversion(Shape.COMPLETION, Shape.CHAT, Affixes(separator="###"))
    assert converted(OF_COMPLETIONS, other) == OF_COMPLETIONS


@pytest.mark.parametrize(
    ("added", "separator", "left"), [(["\n", "\n###"], "\n\n###", []), ([" \n->"], "\n->", [" "]), (["a"], "ba", [])]
)
def test_only_as_much_is_left_off_as_was_stripped(added: list[str], separator: str, left: list[str]) -> None:
    recipe = Recipe(tuple(Step(Change.PROMPT_SUFFIX_ADDED, text) for text in added))
    after = converted(recipe, Conversion(Shape.COMPLETION, Shape.CHAT, Affixes(separator=separator)))
    assert [step.text for step in after.steps] == left


def test_a_system_message_that_was_added_is_to_be_sent() -> None:
    conversion = Conversion(Shape.COMPLETION, Shape.CHAT, ARROW, system="Label it.")
    assert converted(Recipe(), conversion).system_prompt == "Label it."


def test_what_was_added_around_completions_is_to_be_sent_and_stopped_at() -> None:
    recipe = converted(Recipe((LOWER,)), Conversion(Shape.CHAT, Shape.COMPLETION, ARROW))
    assert recipe.steps == (LOWER, SUFFIX, SPACE, STOP)
    assert (recipe.apply_to_prompt("Hi"), recipe.stop, recipe.strip_answer(" billing END")) == (
        "hi ->",
        (" END",),
        "billing",
    )


def test_examples_that_stay_what_they_are_ask_for_no_more() -> None:
    same = Conversion(Shape.COMPLETION, Shape.COMPLETION, ARROW, system="x")
    assert converted(OF_COMPLETIONS, same) == OF_COMPLETIONS == converted(OF_COMPLETIONS, None)
