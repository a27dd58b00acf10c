"""Answers that are far longer or shorter than the others of the file, on a scale of ratios. Four bytes are kept of each."""

from array import array
from collections.abc import Iterator
from typing import Any

import numpy as np

from shared.datasets.findings import found
from shared.datasets.quality.block import Block
from shared.datasets.quality.observer import Placed

FEWEST_ANSWERS = 50
WHISKERS = 4  # interquartile ranges beyond a quartile (3 is usual for "far out"; lengths have heavy tails)
NARROWEST = 0.25  # of the interquartile range, in powers of e: labels all have nearly one length
TIMES = 10  # as long as the median, or as short
SHORT = 20  # characters: a "yes" among essays is an answer


class Lengths:
    name = "answer_lengths"

    def __init__(self) -> None:
        self._lengths, self._lines = array("I"), array("I")
        self._outliers = 0

    def see(self, block: Block) -> tuple[Placed, ...]:
        answered = [(line, len(answer)) for line, answer in zip(block.lines, block.answers, strict=True) if answer]
        self._lines.extend(line for line, _ in answered)
        self._lengths.extend(length for _, length in answered)
        return ()

    def conclude(self) -> Iterator[Placed]:
        if len(self._lengths) < FEWEST_ANSWERS:
            return
        lengths = np.frombuffer(self._lengths, np.uint32)
        logarithms = np.log(lengths)
        low, middle, high = np.quantile(logarithms, (0.25, 0.5, 0.75))
        reach = max(WHISKERS * max(high - low, NARROWEST), np.log(TIMES))
        is_outlier = (logarithms > middle + reach) | ((logarithms < middle - reach) & (lengths >= SHORT))
        usual = round(float(np.exp(middle)))
        self._outliers = int(is_outlier.sum())
        for at in np.flatnonzero(is_outlier).tolist():
            message = f"{lengths[at]} characters; half of all answers have {usual} or less"
            yield self._lines[at], found("answer_length_outlier", "", message)

    def numbers(self) -> dict[str, Any]:
        return {"outliers": self._outliers}
