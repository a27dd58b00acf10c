"""Every remedy, in the order in which they are applied: a later one meets what the earlier ones left.

Lines are made readable first, then keys, messages, calls, conversations and texts are mended; what is still faulty goes;
then repetitions. What looks at the file as a whole to find what its texts have in common comes last.
"""

from collections.abc import Iterable

from shared.datasets.remedies import (
    of_affixes,
    of_completions,
    of_examples,
    of_labels,
    of_lines,
    of_messages,
    of_personal_data,
    of_rows,
    of_system_prompts,
    of_texts,
    of_tools,
    of_turns,
    of_values,
)
from shared.datasets.remedies.mending import Lent
from shared.datasets.remedies.remedy import Chosen, InvalidChoiceError, Remedy
from shared.datasets.shapes import Shape

_IN_ORDER = (
    *of_lines.FIRST,
    *of_rows.REMEDIES,
    *of_messages.REMEDIES,
    *of_values.CONTENT,
    *of_texts.REMEDIES,
    *of_personal_data.REMEDIES,
    *of_values.TOOLS,
    *of_tools.REMEDIES,
    *of_turns.ORDER,
    *of_turns.ENDS,
    *of_completions.EMPTY,
    *of_system_prompts.REMEDIES,
    *of_labels.REMEDIES,
    *of_turns.LENGTH,
    *of_examples.LENGTH,
    *of_lines.LAST,
    *of_examples.REPETITIONS,
    *of_examples.UNWANTED,
    *of_completions.LONG,
    *of_completions.LOUD,
    *of_affixes.REMEDIES,
    *of_lines.FILE,
)
REMEDIES: dict[str, Remedy] = {remedy.name: remedy for remedy in _IN_ORDER}


def all_recommended(shape: Shape, lent: Lent) -> tuple[Chosen, ...]:
    """What "all recommended" means for a file of this shape."""
    return tuple(Chosen(remedy.name) for remedy in remedies_for(shape, lent) if remedy.recommended)


def remedies_for(shape: Shape, lent: Lent) -> tuple[Remedy, ...]:
    return tuple(remedy for remedy in REMEDIES.values() if remedy.is_for(shape, lent))


def in_order(chosen: Iterable[Chosen], shape: Shape, lent: Lent) -> list[tuple[Remedy, Chosen]]:
    """The chosen remedies as they follow each other. Raises InvalidChoiceError."""
    by_name: dict[str, Chosen] = {}
    for choice in chosen:
        remedy = REMEDIES.get(choice.name)
        if remedy is None:
            raise InvalidChoiceError(f'there is no remedy "{choice.name}"')
        if choice.name in by_name:
            raise InvalidChoiceError(f"the remedy {choice.name} is chosen twice")
        if not remedy.is_for(shape, lent):
            raise InvalidChoiceError(f"the remedy {choice.name} cannot be applied to this dataset")
        by_name[choice.name] = choice
    return [(remedy, by_name[name]) for name, remedy in REMEDIES.items() if name in by_name]
