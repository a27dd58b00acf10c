"""One JSON text, read more strictly than the standard library reads it.

Refuses what readers disagree about or what cannot be stored: keys given twice, NaN and Infinity, numbers that
lose digits, halves of characters, NUL, endless nesting. Good texts pay next to nothing for it: only one that shows
a sign of trouble is walked through, to say where the trouble lies.
"""

import json
import math
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

from shared.datasets.findings import Finding, found, pointer
from shared.datasets.reading.json_faults import departed, diagnose
from shared.datasets.reading.lenient_json import rewrite

DEEPEST = 64
LARGEST_INTEGER = 2**63
MOST_COMMAS = (
    250_000  # far beyond the longest example of any model; as objects they would take a hundred times their size
)
LONGEST_INTEGER = 20  # characters; longer ones are not even converted, which takes quadratic time

_SUSPICIOUS_ESCAPE = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")
_SURROGATE = re.compile("[\ud800-\udfff]")

# What a text that cannot be read gives; None is what `null` gives.
NOTHING = object()

Path = tuple[str | int, ...]


class _Signs:
    """What the decoder noticed of one text. It does not know the decoder: parsers that come and go leave no cycles behind."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.repeated: list[tuple[dict[str, Any], str]] = []
        self.has_odd_number = False

    def made_of(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            seen: set[str] = set()
            for key, _ in pairs:
                if key in seen:
                    self.repeated.append((made, key))
                seen.add(key)
        return made

    # What cannot be kept is marked by what JSON has no word for: infinity for too large, NaN for not a number.

    def whole(self, digits: str) -> int | float:
        if len(digits) <= LONGEST_INTEGER:
            number = int(digits)
            if -LARGEST_INTEGER <= number < LARGEST_INTEGER:
                return number
        self.has_odd_number = True
        return math.inf

    def fraction(self, digits: str) -> float:
        number = float(digits)
        self.has_odd_number = self.has_odd_number or math.isinf(number)
        return number

    def word(self, _: str) -> float:
        self.has_odd_number = True
        return math.nan


class StrictJson:
    """A parser to be used for many texts, one after the other."""

    def __init__(self) -> None:
        self._signs = _Signs()
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._signs.made_of,
            parse_int=self._signs.whole,
            parse_float=self._signs.fraction,
            parse_constant=self._signs.word,
        )

    def parse(self, text: str) -> tuple[Any, Iterator[Finding]]:
        """The value (NOTHING if there is none to go on with) and what is wrong with it, to be gone through once."""
        if text.count(",") > MOST_COMMAS:
            return NOTHING, iter([found("too_many_values", "", f"the line has more than {MOST_COMMAS} commas")])
        try:
            return self._parse(text)
        except json.JSONDecodeError as error:
            return NOTHING, self._mangled(text, error)

    def _mangled(self, text: str, error: json.JSONDecodeError) -> Iterator[Finding]:
        """Every departure from JSON where the meaning is clear, and what else is wrong then; else a guess at the first."""
        rewritten = rewrite(text)
        if rewritten is None:
            return iter([diagnose(error)])
        _, further = self._parse(rewritten.text)
        return chain(departed(text, rewritten.departures), further)

    def _parse(self, text: str) -> tuple[Any, Iterator[Finding]]:
        self._signs.forget()
        try:
            value = self._decoder.decode(text)
        except RecursionError:
            return NOTHING, iter([_too_deep()])
        if text.count("[") + text.count("{") > DEEPEST and _is_too_deep(value):
            return NOTHING, iter([_too_deep()])
        if self._signs.repeated or self._signs.has_odd_number or _SUSPICIOUS_ESCAPE.search(text):
            return value, _walk(value, self._signs.repeated)
        return value, iter(())


def _too_deep() -> Finding:
    return found("nested_too_deep", "", f"objects or lists are nested more than {DEEPEST} deep")


def _is_too_deep(value: object) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        level = [child for node in level for _, child in _children(node)]
        if not level:
            return False
    return True


def _children(node: object) -> Iterator[tuple[str | int, Any]]:
    if isinstance(node, dict):
        return iter(node.items())
    return enumerate(node) if isinstance(node, list) else iter(())


def _walk(value: object, repeated: list[tuple[dict[str, Any], str]]) -> Iterator[Finding]:
    """Depth first, holding no more than the path: whoever has enough of a line's findings stops here."""
    repeated_in: dict[int, list[str]] = {}
    for owner, key in repeated:
        repeated_in.setdefault(id(owner), []).append(key)
    yield from _visit((), value, repeated_in)


def _visit(path: Path, node: object, repeated_in: dict[int, list[str]]) -> Iterator[Finding]:
    for key in repeated_in.get(id(node), ()):
        yield found("duplicate_key", pointer(*path, key), f'the key "{key}" is given more than once', key)
    yield from _scalar_faults(path, node)
    for step, child in _children(node):
        if isinstance(step, str):
            yield from _text_faults((*path, step), step)
        yield from _visit((*path, step), child, repeated_in)


def _scalar_faults(path: Path, node: object) -> Iterator[Finding]:
    if isinstance(node, str):
        yield from _text_faults(path, node)
    elif isinstance(node, float) and math.isnan(node):
        yield found("not_a_number", pointer(*path), "NaN and Infinity are not JSON")
    elif isinstance(node, float) and math.isinf(node):
        yield found("number_out_of_range", pointer(*path), "this number would lose digits or overflow")


def _text_faults(path: Path, text: str) -> Iterator[Finding]:
    if half := _SURROGATE.search(text):
        where = f"character {half.start() + 1} is half of a surrogate pair"
        yield found("lone_surrogate", pointer(*path), where, text)
    if "\0" in text:
        yield found("nul_character", pointer(*path), f"character {text.index(chr(0)) + 1} is NUL", text)
