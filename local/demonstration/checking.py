"""What the demo insists on. Everything that it shows is checked, and the first thing that is not as it should be ends it."""

from collections.abc import Iterable
from decimal import Decimal


class StepFailed(Exception):
    """Something is not as it should be; says what in one sentence."""


class UnusableFile(Exception):
    """The user's own file cannot be trained on: nothing is wrong with the service. Says what to mend."""


def require(truth: object, otherwise: str) -> None:
    """Raises StepFailed with the sentence unless it is true."""
    if not truth:
        raise StepFailed(otherwise)


def require_equal(found: object, wanted: object, what: str) -> None:
    """Raises StepFailed unless both are equal; says what they are."""
    if found != wanted:
        raise StepFailed(f"{what} should be {_told(wanted)} and is {_told(found)}")


def _told(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value) or "nothing"
    return str(value)


def total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
