"""What training that is billed by time would cost: a guess with a wide range, since nothing is published. Pure.

How long a step takes depends on how long the model thinks, on its graders and on how often it is evaluated. So the range is there
to make a cap of, not to be believed: a job is stopped at what is held for it.
"""

from dataclasses import dataclass
from decimal import Decimal

from shared.jobs.costs.timing import HOUR, LONGEST_SECONDS, per_hour
from shared.money import Usd, per_million
from shared.spend.prices import Price

SECONDS_PER_EXAMPLE = 30
"""Of one pass over one example. In the one log that was published, a step took twelve minutes."""
_AT_LEAST, _AT_MOST = Decimal(1) / 3, Decimal(3)
SHORTEST_SECONDS = HOUR // 2
_FEWEST_SECONDS = HOUR // 6


@dataclass(frozen=True, slots=True)
class TimedEstimate:
    """What one choice would cost. `price` is of a million seconds; `seconds` is what is expected of the whole run."""

    examples: int
    n_epochs: int
    epochs_are_automatic: bool
    seconds: int
    compute: Decimal
    price: Price
    low: Usd
    expected: Usd
    high: Usd

    @property
    def usd_per_hour(self) -> Decimal:
        return per_hour(self.price.usd_per_million)

    @property
    def least(self) -> Usd:
        """What no limit may be below: nothing could be trained for it."""
        return _cents(per_million(_FEWEST_SECONDS, self.price.usd_per_million))

    @property
    def longest(self) -> Usd:
        """What no limit need be above: the longest job there is."""
        return per_million(LONGEST_SECONDS, self.price.usd_per_million)

    @property
    def rests_on(self) -> str:
        """The calculation, for people."""
        chosen = "chosen automatically" if self.epochs_are_automatic else "as asked for"
        compute = f" × {self.compute} (compute_multiplier)" if self.compute != 1 else ""
        return (
            f"a guess: {self.examples:,} examples × {self.n_epochs} epochs ({chosen}) × {SECONDS_PER_EXAMPLE} s{compute}, at least "
            f"half an hour, × ${self.usd_per_hour:f} per hour ({self.price.source}, {self.price.confidence} confidence, since "
            f"{self.price.effective_from}); a third to three times as much, and tokens of models that grade come to it. "
            "The job is stopped at what is held"
        )


def timed_estimate(examples: int, n_epochs: tuple[int, bool], compute: Decimal, price: Price) -> TimedEstimate:
    """`n_epochs`, and whether it was chosen automatically."""
    epochs, automatic = n_epochs
    seconds = max(SHORTEST_SECONDS, int(examples * epochs * SECONDS_PER_EXAMPLE * max(compute, Decimal(1) / 10)))

    def cost(share: Decimal) -> Usd:
        return _cents(per_million(int(seconds * share), price.usd_per_million))

    return TimedEstimate(
        examples=examples,
        n_epochs=epochs,
        epochs_are_automatic=automatic,
        seconds=seconds,
        compute=compute,
        price=price,
        low=cost(_AT_LEAST),
        expected=cost(Decimal(1)),
        high=cost(_AT_MOST),
    )


def _cents(amount: Usd) -> Usd:
    """What is guessed is not told to a billionth of a dollar."""
    cent = 10_000_000
    return Usd(-(-amount.nanos // cent) * cent)
