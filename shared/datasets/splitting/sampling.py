"""A share of a dataset's examples by chance, such that a larger share holds every example of a smaller one.

What is learnt from growing shares then differs by what was added, and by nothing else. Repetitions of an example stay together.
"""

from collections.abc import Iterable
from fractions import Fraction

import numpy as np

from shared.datasets.shapes import Shape
from shared.datasets.splitting.chance import draws
from shared.datasets.splitting.keys import SourcedExample, read_keys
from shared.datasets.splitting.plan import Assignment
from shared.datasets.splitting.request import SplitRequest

_WITHOUT_KEY = SplitRequest({"held_out": 1})


def nested(examples: Iterable[SourcedExample], share: float, seed: int, shape: Shape) -> Assignment:
    """Part 0 is the sample, part 1 the rest. It has as many examples as wished, or a few more that repeat its last one.

    All distinct examples stand in one order, which the seed alone decides; a sample is the beginning of it.
    """
    found = read_keys(examples, _WITHOUT_KEY, shape).examples
    _, unit_of, sizes = np.unique(found, return_inverse=True, return_counts=True)
    order = np.argsort(draws(seed, len(sizes)))
    # By the number as it is written: 0.1 means a tenth, not the binary number nearest to it.
    wished = max(1, round(Fraction(str(share)) * len(found)))
    taken = int(np.searchsorted(sizes[order].cumsum(), wished)) + 1
    is_rest = np.ones(len(sizes), np.uint8)
    is_rest[order[:taken]] = 0
    return Assignment(("sample", "rest"), is_rest[unit_of])
