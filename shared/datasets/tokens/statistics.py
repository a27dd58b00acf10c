"""How long the examples of a dataset are, in tokens: sums, exact quantiles and a histogram, in bounded memory."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

QUANTILES = {"p5": 5, "p25": 25, "p50": 50, "p75": 75, "p95": 95, "max": 100}
EDGES = (0, *(2**power for power in range(4, 18)))
FIRST_LINES = 20
UNUSUAL = 1 << 15
"""Longer examples are rare."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """`counts[i]` examples have at least `edges[i]` and fewer than `edges[i + 1]`; the last bucket has no upper edge."""

    edges: tuple[int, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Truncation:
    """What a model that takes examples up to `limit` tokens would cut off."""

    limit: int
    examples: int
    tokens: int  # beyond the limit, of all these examples together
    lines: tuple[int, ...]  # of the first of them


@dataclass(frozen=True, slots=True)
class TokenStatistics:
    """Tokens of all well-formed examples in one encoding.

    A quantile p is the shortest length that at least p percent of the examples do not exceed: one that really occurs.
    `over_long` counts the examples that are too long for the most patient model.
    """

    total: int
    trained: int
    per_role: dict[str, int]
    quantiles: dict[str, int]  # p5, p25, p50, p75, p95, max; empty if there is no example
    over_long: int
    histogram: Histogram
    answer_quantiles: dict[str, int]  # of what is learnt in each example
    truncations: tuple[Truncation, ...]  # the smallest limit first
    total_at_most: int  # if the input of a preference is counted with each of its outputs
    approximate_tokens: int  # of the total: tool definitions, tool calls and images, whose counting is not published
    notebook_tokens: int  # by the rule of OpenAI's notebook, which knows none of these
    counter: str  # who counted: toktok, or tiktoken itself
    counter_mismatches: int  # texts in which the former was found wrong


class Spread:
    """How often each length occurs.

    Exact quantiles need no list of all lengths: a file of n tokens has fewer than √(2n) different ones, so that even 8 GB
    of text keep to some 64,000 counters. Those of usual lengths lie in an array.
    """

    def __init__(self) -> None:
        self._usual = np.zeros(UNUSUAL, np.int64)
        self._unusual: Counter[int] = Counter()

    def add(self, lengths: NDArray[np.int64]) -> None:
        is_unusual = lengths >= UNUSUAL
        if is_unusual.any():
            self._unusual.update(lengths[is_unusual].tolist())
            lengths = lengths[~is_unusual]
        counted = np.bincount(lengths)
        self._usual[: len(counted)] += counted

    def _columns(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Each length that occurs, the shortest first, and how often."""
        usual = np.flatnonzero(self._usual)
        unusual = sorted(self._unusual.items())
        lengths = np.concatenate([usual, np.array([length for length, _ in unusual], np.int64)])
        return lengths, np.concatenate([self._usual[usual], np.array([times for _, times in unusual], np.int64)])

    def quantiles(self) -> dict[str, int]:
        """The nearest-rank quantiles; none of nothing."""
        lengths, times = self._columns()
        if not len(lengths):
            return {}
        passed = np.cumsum(times)
        ranks = [-(-int(passed[-1]) * percent // 100) for percent in QUANTILES.values()]
        return dict(zip(QUANTILES, lengths[np.searchsorted(passed, ranks)].tolist(), strict=True))

    def histogram(self, edges: Sequence[int] = EDGES) -> Histogram:
        lengths, times = self._columns()
        buckets = np.searchsorted(edges, lengths, side="right") - 1
        counts = np.zeros(len(edges), np.int64)
        np.add.at(counts, buckets, times)
        return Histogram(tuple(edges), tuple(counts.tolist()))


class Truncations:
    """Notes which examples are longer than each of several limits, in tokens."""

    def __init__(self, limits: Iterable[int]) -> None:
        self._limits = tuple(sorted(set(limits)))
        self._examples = dict.fromkeys(self._limits, 0)
        self._tokens = dict.fromkeys(self._limits, 0)
        self._lines: Mapping[int, list[int]] = {limit: [] for limit in self._limits}

    def add(self, lengths: NDArray[np.int64], lines: NDArray[np.int64]) -> None:
        for limit in self._limits:
            places = np.flatnonzero(lengths > limit)
            if not len(places):
                return
            self._examples[limit] += len(places)
            self._tokens[limit] += int((lengths[places] - limit).sum())
            known = self._lines[limit]
            known.extend(lines[places[: FIRST_LINES - len(known)]].tolist())

    def result(self) -> tuple[Truncation, ...]:
        return tuple(
            Truncation(limit, self._examples[limit], self._tokens[limit], tuple(self._lines[limit]))
            for limit in self._limits
        )
