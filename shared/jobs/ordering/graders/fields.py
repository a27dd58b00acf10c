"""The fields of a grader's JSON: which there must be, which there may be, of which type. Knows no kind of grader by name."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared.errors import FieldError

LONGEST_TEXT = 100_000
LONGEST_NAME = 256

Json = Mapping[str, Any]


def named(grader: Json, pointer: str, needed: Sequence[str], optional: Sequence[str] = ()) -> Iterator[FieldError]:
    """What is missing, and what is not known. Every grader has a type and a name."""
    known = {"type", "name", *needed, *optional}
    for name in ("name", *needed):
        if name not in grader:
            yield FieldError(f"{pointer}/{name}", "is missing")
    for name in grader:
        if name not in known:
            yield FieldError(f"{pointer}/{name}", f"is not known; there are {', '.join(sorted(known))}")
    name = grader.get("name", "?")
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME:
        yield FieldError(f"{pointer}/name", f"must be a text of 1 to {LONGEST_NAME} characters")


def texts(grader: Json, pointer: str, names: Sequence[str], longest: int = LONGEST_TEXT) -> Iterator[FieldError]:
    """Those that are there must be texts, and not too long."""
    for name in names:
        value = grader.get(name, "?")
        if not isinstance(value, str) or len(value) > longest:
            yield FieldError(f"{pointer}/{name}", f"must be a text of at most {longest:,} characters")


def one_of(grader: Json, pointer: str, name: str, choices: Sequence[str]) -> Iterator[FieldError]:
    if name in grader and grader[name] not in choices:
        yield FieldError(f"{pointer}/{name}", f"must be one of {', '.join(choices)}")


def number_within(values: Json, pointer: str, name: str, low: float, high: float) -> Iterator[FieldError]:
    """One that is null or left out is the provider's to choose."""
    value = values.get(name)
    if value is not None and (not is_number(value) or not low <= value <= high):
        yield FieldError(f"{pointer}/{name}", f"must be a number from {low:g} to {high:g}")


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
