"""The places in a grader's texts that are filled in for each answer, `{{item.label}}`: which there may be, and whether the
examples have what they name.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from shared.datasets.rules.graders import RESERVED_KEYS
from shared.errors import FieldError

OF_THE_ANSWER = ("output_text", "output_json", "output_tools", "choices")
"""What `sample` has."""
_PLACE = re.compile(r"\{\{([^{}]{0,500})\}\}")
_STEP = r"(?:\.[\w-]+|\[\s*(?:\d+|'[^']+'|\"[^\"]+\")\s*\])"
_PATH = re.compile(rf"\s*(item|sample)({_STEP}+)\s*")
_STEPS = re.compile(r"\.([\w-]+)|\[\s*(?:(\d+)|'([^']+)'|\"([^\"]+)\")\s*\]")
_MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Items:
    """What a dataset's examples have for graders: in how many of them each name is, nested ones with dots (`answer.city`).

    `whole` False: there are more names than were kept, so a name that is not here may be there.
    """

    called: str
    examples: int
    names: Mapping[str, int]
    whole: bool = True

    def fault_of(self, steps: tuple[str, ...]) -> str | None:
        """Why `item` followed by these steps is not there for every answer; None where it is, or may be."""
        if steps[0] in RESERVED_KEYS:
            return f"reads item.{steps[0]}, which is not handed to graders"
        for depth in range(1, len(steps) + 1):
            name = ".".join(steps[:depth])
            has = self.names.get(name)
            if has is None:
                opened = any(one.startswith(f"{'.'.join(steps[: depth - 1])}.") for one in self.names)
                return self._missing(name) if self.whole and (depth == 1 or opened) else None
            if has < self.examples:
                return f"reads item.{name}, which only {has:,} of the {self.examples:,} examples of {self.called} have"
        return None

    def _missing(self, name: str) -> str:
        shown = ", ".join(sorted(self.names)[:_MOST_SHOWN]) or "nothing beside their messages"
        more = ", …" if len(self.names) > _MOST_SHOWN else ""
        return f"reads item.{name}, which the examples of {self.called} do not have; they have {shown}{more}"


def faults_in(text: str, pointer: str, items: Items | None) -> Iterator[FieldError]:
    """What is wrong with the places in one text. `items` None: what the examples have is not known."""
    for place in _PLACE.finditer(text):
        found = _PATH.fullmatch(place[1])
        if found is None:
            wanted = "write {{item.a_key}} or {{sample.output_text}}"
            yield FieldError(pointer, f"has {place[0]!r}, which names nothing: {wanted}")
            continue
        fault = _fault(found[1], _steps(found[2]), items)
        if fault is not None:
            yield FieldError(pointer, fault)


def reads_the_answer(text: str) -> bool:
    """Whether a text depends on what the model answered."""
    return any(found and found[1] == "sample" for found in map(_PATH.fullmatch, _PLACE.findall(text)))


def _steps(path: str) -> tuple[str, ...]:
    return tuple(next(one for one in found if one) for found in _STEPS.findall(path))


def _fault(namespace: str, steps: tuple[str, ...], items: Items | None) -> str | None:
    if namespace == "item":
        return items.fault_of(_until_a_list(steps)) if items else None
    if steps[0] not in OF_THE_ANSWER:
        return f"reads sample.{steps[0]}; an answer has {', '.join(OF_THE_ANSWER)}"
    return None


def _until_a_list(steps: tuple[str, ...]) -> tuple[str, ...]:
    """What lists hold was not looked at: a place in one is taken to be there."""
    numbered = next((at for at, step in enumerate(steps) if step.isdigit()), len(steps))
    return steps[: max(1, numbered)]
