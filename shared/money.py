"""Money as a type: whole nano-dollars, never a float.

Micro-dollars would drift by half a percent over many small inference calls; a billionth of a dollar does not, and 64 bits
still hold nine billion dollars.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

from typing_extensions import override

NANOS = 1_000_000_000
_MAX = 2**63 - 1


@dataclass(frozen=True, order=True, slots=True)
class Usd:
    """An amount in US dollars. `nanos` is signed and fits a Postgres BIGINT."""

    nanos: int

    def __post_init__(self) -> None:
        if not -_MAX <= self.nanos <= _MAX:
            raise OverflowError(f"{self.nanos} nano-dollars do not fit 64 bits")

    @classmethod
    def parse(cls, text: str | Decimal | int) -> "Usd":
        """An amount from dollars as written ("12.5"). Raises ValueError beyond nine decimals or 64 bits."""
        try:
            nanos = Decimal(text) * NANOS
            if not nanos.is_finite() or nanos != nanos.to_integral_value():
                raise ValueError(f"{text!r} is not an amount in USD with at most 9 decimals")
            return cls(int(nanos))
        except (InvalidOperation, OverflowError) as error:
            raise ValueError(f"{text!r} is not an amount in USD") from error

    def __add__(self, other: "Usd") -> "Usd":
        return Usd(self.nanos + other.nanos)

    def __sub__(self, other: "Usd") -> "Usd":
        return Usd(self.nanos - other.nanos)

    def __neg__(self) -> "Usd":
        return Usd(-self.nanos)

    def __bool__(self) -> bool:
        return self.nanos != 0

    @override
    def __str__(self) -> str:
        """Dollars with at least two and at most nine decimals: `12.50`, `0.000125`."""
        whole, fraction = f"{Decimal(self.nanos) / NANOS:.9f}".split(".")
        return f"{whole}.{fraction.rstrip('0').ljust(2, '0')}"


ZERO = Usd(0)
MOST = Usd(_MAX // 4)
"""No sum of what is held and spent may come near what can be stored."""


def total(amounts: Iterable[Usd]) -> Usd:
    """The sum of amounts; zero for none."""
    return Usd(sum(amount.nanos for amount in amounts))


def per_million(count: int, usd_per_million: Decimal) -> Usd:
    """What `count` units cost at a price per million, rounded to the nearest nano-dollar, halves to even."""
    nanos = Decimal(count) * usd_per_million * NANOS / 1_000_000
    return Usd(int(nanos.to_integral_value(ROUND_HALF_EVEN)))
