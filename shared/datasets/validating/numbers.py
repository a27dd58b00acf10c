"""The numbers of a dataset: tokens in one encoding, added up batch by batch."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from shared.datasets.tokens.counting import tokens_of_role
from shared.datasets.tokens.fast import Counter
from shared.datasets.tokens.pieces import DEFINITIONS, NOTEBOOK_PER_EXAMPLE, PER_EXAMPLE, PER_TOOL, ROLES, Mark
from shared.datasets.tokens.statistics import Spread, TokenStatistics, Truncations
from shared.datasets.validating.examples import Examples, Pieces

Numbers = NDArray[np.int64]


class TokenTally:
    """Tokens of one dataset in one encoding."""

    def __init__(self, counter: Counter, longest_example: int, further_limits: Iterable[int] = ()) -> None:
        """Limits are in tokens; what is over the longest is too long for every model."""
        self.counter = counter
        self.longest_example = longest_example
        self._truncations = Truncations({longest_example, *further_limits})
        self._lengths, self._answers = Spread(), Spread()
        self._per_role = np.zeros(len(ROLES), np.int64)
        self._examples = self._total = self._trained = self._asked = self._approximate = 0
        self._primers = 0
        before = [tokens_of_role(role, counter.encoding) for role in ROLES]
        self._before = np.array(before, np.int64)

    def add(self, examples: Examples, said: Numbers) -> Numbers:
        """`said`: the tokens of each piece's text. Returns the tokens of each example."""
        pieces, n_examples = examples.pieces, len(examples)
        billed = said + pieces.fixed + self._around(pieces)
        trained = np.where(_marked(pieces, Mark.TRAINED), said + pieces.fixed, 0)
        totals = _sums(billed, pieces.owners, n_examples) + PER_EXAMPLE[examples.shape]
        self._per_role += _sums(billed, pieces.roles, len(ROLES))
        self._examples += n_examples
        self._total += int(totals.sum())
        self._trained += int(trained.sum())
        self._asked += int(billed[_marked(pieces, Mark.ASKED)].sum())
        self._approximate += int(billed[_marked(pieces, Mark.APPROXIMATE)].sum())
        self._primers += PER_EXAMPLE[examples.shape] * n_examples
        self._lengths.add(totals)
        self._answers.add(_sums(trained, pieces.owners, n_examples))
        self._truncations.add(totals, examples.lines)
        return totals

    def statistics(self) -> TokenStatistics:
        truncations = self._truncations.result()
        per_role = {role: int(tokens) for role, tokens in zip(ROLES, self._per_role, strict=True) if tokens}
        per_role.pop(DEFINITIONS, None)
        return TokenStatistics(
            total=self._total,
            trained=self._trained,
            per_role=dict(sorted(per_role.items())),
            quantiles=self._lengths.quantiles(),
            over_long=next(one.examples for one in truncations if one.limit == self.longest_example),
            histogram=self._lengths.histogram(),
            answer_quantiles=self._answers.quantiles(),
            truncations=truncations,
            total_at_most=self._total + self._asked,
            approximate_tokens=self._approximate,
            notebook_tokens=self._total - self._approximate - self._primers + NOTEBOOK_PER_EXAMPLE * self._examples,
            counter=self.counter.name,
            counter_mismatches=self.counter.mismatches,
        )

    def _around(self, pieces: Pieces) -> Numbers:
        """What comes with a piece beside its text: the message it opens, or the tool."""
        of_message = np.where(_marked(pieces, Mark.OPENS_MESSAGE), self._before[pieces.roles], 0)
        of_tool = np.where(_marked(pieces, Mark.OPENS_TOOL), PER_TOOL[self.counter.encoding], 0)
        around: Numbers = of_message + of_tool
        return around


def _marked(pieces: Pieces, mark: Mark) -> NDArray[np.bool_]:
    has_mark: NDArray[np.bool_] = (pieces.marks & mark) != 0
    return has_mark


def _sums(numbers: Numbers, owners: NDArray[np.integer], n_owners: int) -> Numbers:
    # Sums of floats, which are exact up to 2^53.
    return np.bincount(owners, numbers, n_owners).astype(np.int64)
