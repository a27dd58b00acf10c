"""How long the examples of a dataset are, in tokens: sums, exact quantiles and a histogram, in bounded memory."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

QUANTILES = {"p5": 5, "p25": 25, "p50": 50, "p75": 75, "p95": 95, "max": 100}
EDGES = (0, *(2**power for power in range(4, 18)))
FIRST_LINES = 20


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
    `over_long` counts the examples longer than the largest of the limits they were judged by.
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
    of text keep to some 64,000 counters.
    """

    def __init__(self) -> None:
        self._times: Counter[int] = Counter()

    def add(self, lengths: NDArray[np.int64]) -> None:
        values, times = np.unique(lengths, return_counts=True)
        for value, often in zip(values.tolist(), times.tolist(), strict=True):
            self._times[value] += often

    def quantiles(self) -> dict[str, int]:
        """The nearest-rank quantiles."""
        lengths = sorted(self._times)
        if not lengths:
            return {}
        passed = np.cumsum([self._times[length] for length in lengths])
        ranks = [-(-int(passed[-1]) * percent // 100) for percent in QUANTILES.values()]
        return dict(zip(QUANTILES, (lengths[place] for place in np.searchsorted(passed, ranks)), strict=True))

    def histogram(self, edges: Sequence[int] = EDGES) -> Histogram:
        counts = [0] * len(edges)
        for length, times in self._times.items():
            counts[int(np.searchsorted(edges, length, side="right")) - 1] += times
        return Histogram(tuple(edges), tuple(counts))


class Truncations:
    """Notes which examples are longer than each of several limits."""

    def __init__(self, limits: Iterable[int]) -> None:
        self._limits = tuple(sorted(set(limits)))
        self._examples = dict.fromkeys(self._limits, 0)
        self._tokens = dict.fromkeys(self._limits, 0)
        self._lines: Mapping[int, list[int]] = {limit: [] for limit in self._limits}

    @property
    def largest(self) -> int:
        return self._limits[-1]

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
