"""Which columns of a row make which part of an example, as a caller says it or as it was guessed.

A value is a column's name or a template. Parts that are lists or objects (`messages`, `tools`, …) name a column that holds
such a value, or JSON text of it. Reading rows by a mapping is done in `tables`.
"""

from collections.abc import Collection, Iterator
from collections.abc import Mapping as Given
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz, process

from shared.datasets.findings import pointer
from shared.datasets.shapes import Shape
from shared.datasets.shaping.templates import Column, Template, TemplateError, columns_in, parse_template

NEAR = 60
"""How alike two names are, of 100, for one to be suggested in place of the other."""

MISSPELT = 75
"""How alike a fixed text and a name are when the text is taken for the name, misspelt."""

BESIDE_MESSAGES = ("tools", "parallel_tool_calls", "functions")
JSON_PARTS = frozenset({"messages", *BESIDE_MESSAGES, "input", "preferred_output", "non_preferred_output"})
REFERENCE = "reference"
RESERVED_KEYS = frozenset({"messages", "tools"})

# What must be there, what may, and the shape it makes; the first of which every needed part is there is meant.
FORMS: tuple[tuple[set[str], set[str], Shape], ...] = (
    ({"input", "preferred_output", "non_preferred_output"}, set(), Shape.PREFERENCE),
    ({"user", "preferred", "non_preferred"}, {"system", "tools"}, Shape.PREFERENCE),
    ({"messages", REFERENCE}, {"tools"}, Shape.REINFORCEMENT),
    ({"user", REFERENCE}, {"system", "tools"}, Shape.REINFORCEMENT),
    ({"messages"}, set(BESIDE_MESSAGES), Shape.CHAT),
    ({"user", "assistant"}, {"system", "tools"}, Shape.CHAT),
    ({"prompt", "completion"}, set(), Shape.COMPLETION),
)
FORMS_SAID = "; ".join(" + ".join(sorted(needed)) for needed, _, _ in FORMS)


@dataclass(frozen=True, slots=True)
class MappingFault:
    """One thing wrong with a mapping that was sent."""

    pointer: str  # RFC 6901, into the mapping
    message: str
    near: tuple[str, ...] = ()  # columns that may have been meant


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping that fits the columns: made by `parse_mapping` only."""

    shape: Shape
    given: dict[str, Any]
    parts: dict[str, Template]
    reference: dict[str, Template]

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is used, once."""
        templates = (*self.parts.values(), *self.reference.values())
        return tuple(dict.fromkeys(name for template in templates for name in columns_in(template)))

    def as_dict(self) -> dict[str, Any]:
        return {"given": self.given, "columns": list(self.columns)}

    @staticmethod
    def of(stored: dict[str, Any]) -> "Mapping":
        """Raises ValueError when what was stored is no mapping."""
        mapping = parse_mapping(stored["given"], stored["columns"])
        if isinstance(mapping, Mapping):
            return mapping
        raise ValueError(mapping[0].message)


def parse_mapping(given: Given[str, object], columns: Collection[str]) -> Mapping | tuple[MappingFault, ...]:
    """The mapping, or everything that is wrong with it. `columns` are those of the file."""
    form = next((form for form in FORMS if form[0] <= given.keys()), None)
    if form is None:
        return (MappingFault("", f"a mapping has one of these: {FORMS_SAID}"),)
    needed, further, shape = form
    faults = [
        MappingFault(pointer(part), f'"{part}" does not go with {" and ".join(sorted(needed))}')
        for part in given
        if part not in needed | further
    ]
    reader = _Reader(columns, faults)
    parts = {part: reader.part(part, value) for part, value in given.items() if part != REFERENCE}
    reference = reader.reference(given[REFERENCE]) if REFERENCE in needed else {}
    return tuple(faults) if faults else Mapping(shape, dict(given), parts, reference)


class _Reader:
    """Reads the values of one mapping, and collects what is wrong with them."""

    def __init__(self, columns: Collection[str], faults: list[MappingFault]) -> None:
        self._columns = columns
        self._faults = faults

    def part(self, part: str, value: object) -> Template:
        if part in JSON_PARTS:
            return self._one_column(value, pointer(part))
        return self._template(value, pointer(part), is_constant_fine=part == "system")

    def reference(self, value: object) -> dict[str, Template]:
        """By key of the example; the key "" stands for one column that holds all of them as an object."""
        if isinstance(value, str):
            return {"": self._one_column(value, pointer(REFERENCE))}
        if not isinstance(value, dict) or not value:
            self._fault(pointer(REFERENCE), 'write {"answer": a column}: the keys that graders read')
            return {}
        for key in RESERVED_KEYS & value.keys():
            self._fault(pointer(REFERENCE, key), f'"{key}" is a key of the example itself')
        return {key: self._template(column, pointer(REFERENCE, key)) for key, column in value.items()}

    def _one_column(self, value: object, where: str) -> Template:
        template = self._template(value, where)
        if len(template) > 1:
            self._fault(where, "this part names one column, it is no template")
        return template

    def _template(self, value: object, where: str, *, is_constant_fine: bool = False) -> Template:
        if not isinstance(value, str) or not value:
            self._fault(where, "name a column, or write a template")
            return ()
        if value in self._columns:
            return (Column(value),)
        if "{" not in value and "}" not in value:
            return self._constant(value, where) if is_constant_fine else self._unknown(value, where)
        return self._parsed(value, where)

    def _parsed(self, value: str, where: str) -> Template:
        try:
            template = parse_template(value)
        except TemplateError as error:
            self._fault(where, str(error))
            return ()
        names = columns_in(template)
        if not names:
            self._fault(where, "the template names no column")
        for name in names:
            if name not in self._columns:
                self._unknown(name, where)
        return template

    def _constant(self, value: str, where: str) -> Template:
        # A system message may be the same for all; but what nearly is a column's name was meant to be one.
        is_misspelt = any(fuzz.ratio(value, column) >= MISSPELT for column in self._columns)
        return self._unknown(value, where) if is_misspelt else (value,)

    def _unknown(self, name: str, where: str) -> Template:
        near = tuple(self._near(name))
        meant = f"; did you mean {' or '.join(near)}?" if near else ""
        self._faults.append(MappingFault(where, f'there is no column "{name}"{meant}', near))
        return ()

    def _near(self, name: str) -> Iterator[str]:
        for column, _, _ in process.extract(name, list(self._columns), limit=3, score_cutoff=NEAR):
            yield column

    def _fault(self, where: str, message: str) -> None:
        self._faults.append(MappingFault(where, message))
