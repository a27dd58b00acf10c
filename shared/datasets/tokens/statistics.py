"""How long the examples of a dataset are, in tokens: sums and exact quantiles in bounded memory."""

from collections import Counter
from dataclasses import dataclass

from shared.datasets.tokens.counting import ExampleTokens

QUANTILES = {"p5": 5, "p25": 25, "p50": 50, "p75": 75, "p95": 95, "max": 100}


@dataclass(frozen=True, slots=True)
class TokenStatistics:
    """Tokens of all well-formed examples in one encoding.

    A quantile p is the shortest length that at least p percent of the examples do not exceed: one that really occurs.
    `over_long` counts the examples longer than the limit they were judged by.
    """

    total: int
    trained: int
    per_role: dict[str, int]
    quantiles: dict[str, int]  # p5, p25, p50, p75, p95, max; empty if there is no example
    over_long: int


class TokenTally:
    """Adds up examples.

    Exact quantiles need no list of all lengths: how often each length occurs is enough, and a file of n tokens has
    fewer than √(2n) different lengths, so that even 8 GB of text keep to some 64,000 counters.
    """

    def __init__(self, longest_example: int) -> None:
        self.longest_example = longest_example
        self._examples_of_length: Counter[int] = Counter()
        self._per_role: Counter[str] = Counter()
        self._trained = 0

    def add(self, example: ExampleTokens) -> None:
        self._examples_of_length[example.total] += 1
        self._per_role.update(example.per_role)
        self._trained += example.trained

    def is_over_long(self, example: ExampleTokens) -> bool:
        return example.total > self.longest_example

    def statistics(self) -> TokenStatistics:
        lengths = self._examples_of_length
        return TokenStatistics(
            total=sum(length * times for length, times in lengths.items()),
            trained=self._trained,
            per_role=dict(sorted(self._per_role.items())),
            quantiles=quantiles(lengths),
            over_long=sum(times for length, times in lengths.items() if length > self.longest_example),
        )


def quantiles(times_of_length: Counter[int]) -> dict[str, int]:
    """The nearest-rank quantiles of a histogram."""
    examples = times_of_length.total()
    found: dict[str, int] = {}
    passed = 0
    for length in sorted(times_of_length):
        passed += times_of_length[length]
        for name, percent in QUANTILES.items():
            if name not in found and passed * 100 >= percent * examples:
                found[name] = length
    return found
