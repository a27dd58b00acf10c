"""Whether there are enough examples, and what more of them would bring. A rule of thumb; only an evaluation can tell.

Providers take ten and recommend fifty to a hundred; each doubling is said to bring about as much as the one before.
"""

from typing import NamedTuple

LEAST = 10
USEFUL = 50
GOOD = 100
PER_LABEL = 20


class Sufficiency(NamedTuple):
    standing: str  # too_few, least, useful, good
    message: str
    next_step: int  # examples at which the next improvement is to be expected


def sufficiency(examples: int, labels: int | None = None) -> Sufficiency:
    """`examples` that are well formed and different; `labels` is how many different ones there are, if answers are labels."""
    useful = max(USEFUL, PER_LABEL * (labels or 0))
    good = max(GOOD, 2 * useful)
    if examples < LEAST:
        return Sufficiency("too_few", f"{examples} examples: {LEAST} are the least that providers take.", LEAST)
    if examples < useful:
        message = f"{examples} examples can be trained on; improvements are mostly seen from {useful} to {good}."
        return Sufficiency("least", message, useful)
    doubled = (
        f"If half of them do worse than all in an evaluation, twice as many ({2 * examples}) should gain as much again."
    )
    if examples < good:
        return Sufficiency("useful", f"{examples} examples are enough for a first result. {doubled}", good)
    return Sufficiency(
        "good", f"{examples} examples are enough to tell whether training helps. {doubled}", 2 * examples
    )
