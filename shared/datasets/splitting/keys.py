"""The one look at the examples that a split needs: what each repeats, and the key by which it is put into a part.

Holds 16 bytes for each example, never the example.
"""

import math
import re
from array import array
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_intdigest

from shared.datasets.prints import canonical, fingerprint, parted
from shared.datasets.shapes import Shape
from shared.datasets.splitting.request import PROMPT, CannotSplitError, SplitRequest, Strategy

Row = Mapping[str, Any]

MOST_LINES_NAMED = 20
LONGEST_INDEX = 10  # digits; no list of an example is that long

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?", re.IGNORECASE)
_SINGLE_DIGIT = re.compile(r"(?<![\d.])\d(?!\d)")


class SourcedExample(NamedTuple):
    """An example with the row that it was made from, in which keys are looked for; that may be the example itself."""

    line: int
    example: Row
    source: Row


@dataclass(frozen=True, slots=True, eq=False)
class Keys:
    """In the order of the examples."""

    examples: NDArray[np.uint64]
    keys: NDArray[Any]  # times as float64; digests of labels and groups as uint64; zeros for a random split


def read_keys(examples: Iterable[SourcedExample], request: SplitRequest, shape: Shape) -> Keys:
    """Goes through all examples once. Raises CannotSplitError, naming lines, if some have no key."""
    is_time = request.strategy is Strategy.BY_TIME
    key_of = _key_of(request, shape)
    digests = array("Q")
    keys: array[Any] = array("d" if is_time else "Q")
    without = 0
    first_lines: list[int] = []
    for sourced in examples:
        key = key_of(sourced)
        if key is None:
            without += 1
            first_lines += [sourced.line] if without <= MOST_LINES_NAMED else []
            key = 0
        digests.append(fingerprint(sourced.example, shape).example)
        keys.append(key)
    if without:
        raise CannotSplitError(_missing(request, without, first_lines))
    return Keys(np.array(digests, np.uint64), np.array(keys))


def _key_of(request: SplitRequest, shape: Shape) -> Callable[[SourcedExample], float | None]:
    pointer = request.key or ""
    match request.strategy:
        case Strategy.RANDOM:
            return lambda _: 0
        case Strategy.STRATIFIED if request.key is None:
            if shape is Shape.REINFORCEMENT:
                raise CannotSplitError("reinforcement examples have no answer to be their label: name a key")
            return lambda sourced: xxh3_64_intdigest(_label(sourced.example, shape))
        case Strategy.GROUPED if request.key == PROMPT:
            return lambda sourced: fingerprint(sourced.example, shape).prompt
        case Strategy.GROUPED:
            return lambda sourced: _group(sourced, pointer, shape)
        case Strategy.BY_TIME:
            return lambda sourced: _time(value_at(sourced.source, pointer))
        case _:
            return lambda sourced: _digest(value_at(sourced.source, pointer))


def value_at(row: object, pointer: str) -> object:
    """What a JSON pointer leads to; None where it leads nowhere."""
    value = row
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, Mapping):
            value = value.get(name)
        elif isinstance(value, list) and name.isdecimal() and len(name) < LONGEST_INDEX and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


def _label(example: Row, shape: Shape) -> bytes:
    """The text of the last answer; where it says none (a call of a tool), all that it holds."""
    _, answer = parted(example, shape)
    match answer:
        case (
            {"completion": str(text)}
            | {"preferred_output": [*_, {"content": str(text)}]}
            | [{"content": str(text)}, *_]
        ):
            return canonical(text.strip())
        case _:
            return canonical(answer)


def _digest(value: object) -> int | None:
    return None if value is None else xxh3_64_intdigest(canonical(value))


def _group(sourced: SourcedExample, pointer: str, shape: Shape) -> int | None:
    value = value_at(sourced.source, pointer)
    if isinstance(value, str) and not value.strip():
        return fingerprint(sourced.example, shape).example  # it belongs to nobody: a group of its own
    return _digest(value)


def _time(value: object) -> float | None:
    """Seconds, or whatever unit the numbers of the file have; tables write numbers as texts. Without a zone it is UTC."""
    match value:
        case bool():
            return None
        case int() | float():
            return _finite(value)
        case str():
            return _finite(value) if _NUMBER.fullmatch(value.strip()) else _date_in(value)
        case _:
            return None


def _finite(number: float | str) -> float | None:
    try:
        seconds = float(number)
    except OverflowError:
        return None
    return seconds if math.isfinite(seconds) else None


def _date_in(text: str) -> float | None:
    """The year comes first: 2024-01-05 and 2024/1/5 9:30 are read, 01/05/2024 may be two days and is not."""
    iso = _SINGLE_DIGIT.sub(r"0\g<0>", text.strip().replace("/", "-"))
    try:
        moment = datetime.fromisoformat(iso)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _missing(request: SplitRequest, examples: int, first_lines: list[int]) -> str:
    what = (
        "time (a number, or a text such as 2026-11-20T10:00:00Z)" if request.strategy is Strategy.BY_TIME else "value"
    )
    more = ", …" if examples > len(first_lines) else ""
    return f'{examples} examples have no {what} at "{request.key}": lines {", ".join(map(str, first_lines))}{more}'
