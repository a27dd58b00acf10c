"""What a conversion asks of inference besides the remedies before it: the recipe of examples that were made into another shape.

What is left off on the way to a chat need not be sent any more; what is added must be. Pure.
"""

from collections.abc import Iterator, Sequence

from shared.datasets.remedies import Change, Recipe, Step
from shared.datasets.shapes import Shape
from shared.datasets.shaping.conversions.conversion import Conversion


def converted(recipe: Recipe, conversion: Conversion | None) -> Recipe:
    """The recipe of the examples when all of them were converted; `recipe` is that of the examples before."""
    if conversion is None or conversion.source is conversion.target:
        return recipe
    steps = recipe.steps
    if conversion.source is Shape.COMPLETION:
        steps = _left_off(steps, conversion)
        if conversion.system:
            steps = (*steps, Step(Change.SYSTEM_PROMPT_SET, conversion.system))
    if conversion.target is Shape.COMPLETION:
        steps = (*steps, *_added(conversion))
    return Recipe(steps)


def _left_off(steps: Sequence[Step], conversion: Conversion) -> tuple[Step, ...]:
    affixes = conversion.affixes
    steps = _without_end(steps, Change.PROMPT_SUFFIX_ADDED, affixes.separator)
    steps = _without_end(steps, Change.ANSWER_SUFFIX_ADDED, affixes.stop)
    return tuple(step for step in steps if not (affixes.leading_space and step.change is Change.ANSWER_SPACE_ADDED))


def _without_end(steps: Sequence[Step], change: Change, end: str) -> list[Step]:
    """The steps without the last that they add, be it part of what one of them adds, or of what several do."""
    kept: list[Step] = []
    for step in reversed(steps):
        text = step.text
        if step.change is change:
            both = text if end.endswith(text) else end if text.endswith(end) else ""
            text, end = text.removesuffix(both), end.removesuffix(both) if both else ""
        if text or not step.text:
            kept.append(Step(step.change, text))
    return kept[::-1]


def _added(conversion: Conversion) -> Iterator[Step]:
    affixes = conversion.affixes
    if affixes.separator:
        yield Step(Change.PROMPT_SUFFIX_ADDED, affixes.separator)
    if affixes.leading_space:
        yield Step(Change.ANSWER_SPACE_ADDED)
    if affixes.stop:
        yield Step(Change.ANSWER_SUFFIX_ADDED, affixes.stop)
