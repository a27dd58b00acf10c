"""How many examples of each label each part gets, so that all labels have the same share in it, as nearly as whole numbers can.

The sizes of the parts are kept exactly, and each number is one of the two whole ones next to the exact share.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]


def shares(totals: Numbers, sizes: Sequence[int]) -> Numbers:
    """A row for each label, a column for each part: two or three. The sizes add up to the totals.

    By largest remainder. Of three parts the second and third are first rounded together and then divided; for that to
    come out within one, the labels that have less than one example over in both go first.
    """
    if len(sizes) == 2:
        held_out, over = np.divmod(totals * sizes[1], totals.sum())
        held_out += _first(sizes[1] - held_out.sum(), over > 0, over)
        return np.stack([totals - held_out, held_out], axis=1)
    second, third = _two_shares(totals, sizes[1], sizes[2])
    return np.stack([totals - second - third, second, third], axis=1)


def _two_shares(totals: Numbers, second_size: int, third_size: int) -> tuple[Numbers, Numbers]:
    examples = totals.sum()
    second, second_over = np.divmod(totals * second_size, examples)
    third, third_over = np.divmod(totals * third_size, examples)
    carried, over = np.divmod(second_over + third_over, examples)
    to_come = second_size + third_size - (second + third + carried).sum()
    added = carried + _first(to_come, over > 0, over - carried * examples)
    both = second + third + added
    # Of two examples over, each part gets one; of one, the second part or the third.
    second += added == 2
    second += _first(second_size - second.sum(), added == 1, second_over)
    return second, both - second


def _first(count: int, candidates: NDArray[np.bool_], weights: Numbers) -> Numbers:
    """1 for so many candidates, those with the greatest weights; 0 for all others."""
    places = np.flatnonzero(candidates)
    heaviest = places[np.argsort(-weights[places], kind="stable")][:count]
    chosen = np.zeros(len(candidates), np.int64)
    chosen[heaviest] = 1
    return chosen
