"""Two datasets beside one another, on the wire."""

from collections.abc import Sequence
from typing import Any, Literal

from api.schemas.base import DatasetId, Schema, example
from shared.datasets.comparing import Difference
from shared.datasets.lookups import Leakage
from shared.datasets.tables import Dataset

DifferenceKind = Literal["added", "removed", "changed"]
LeakageKind = Literal["same_example", "same_prompt", "near"]

_ID, _OTHER = "ds_01h455vb4pex5vsknk084sn02q", "ds_01h455vb4pex5vsknk084sn02r"


class DifferentLine(Schema):
    """`line` of this dataset, `against_line` of the one it is compared with; null where there is none."""

    line: int | None
    against_line: int | None


class DifferenceSchema(Schema):
    """How many examples are only here (`added`), only there (`removed`), answer the same prompt otherwise (`changed`), or are the
    same. `lines` are those of one `kind`, as many as a page has. `numbers`: what each is there, and what it is here.
    """

    model_config = example(
        {
            "dataset_id": _ID,
            "against": _OTHER,
            "added": 12,
            "removed": 3,
            "changed": 1,
            "unchanged": 140,
            "kind": "added",
            "lines": [{"line": 14, "against_line": None}],
            "next_offset": None,
            "numbers": {"examples": [144, 153], "tokens": [8253, 8790]},
        }
    )
    dataset_id: DatasetId
    against: DatasetId
    added: int
    removed: int
    changed: int
    unchanged: int
    kind: DifferenceKind
    lines: list[DifferentLine]
    next_offset: int | None
    numbers: dict[str, list[int | None]]

    @classmethod
    def of(
        cls, old: Dataset, new: Dataset, found: Difference, kind: DifferenceKind, wanted: slice
    ) -> "DifferenceSchema":
        of_kind = {"added": found.added, "removed": found.removed, "changed": found.changed}[kind]
        return cls(
            dataset_id=new.id,
            against=old.id,
            added=len(found.added),
            removed=len(found.removed),
            changed=len(found.changed),
            unchanged=found.unchanged,
            kind=kind,
            lines=_different(of_kind[wanted].tolist(), kind),
            next_offset=_next(wanted, len(of_kind)),
            numbers=_numbers(old, new) | {"tokens": [found.tokens_before, found.tokens_after]},
        )


class LeakedLine(Schema):
    """A line of the held-out dataset, the line of the training data that it repeats, and how."""

    kind: LeakageKind
    held_out_line: int
    line: int


class LeakageSchema(Schema):
    """How many of the `examples` that are held out stand in this dataset too. `near` null: one of the two was uploaded with
    `checks` = `structure`, and nothing is known of what is nearly the same.
    """

    model_config = example(
        {
            "dataset_id": _ID,
            "held_out": _OTHER,
            "examples": 200,
            "same_example": 2,
            "same_prompt": 1,
            "near": 4,
            "lines": [{"kind": "same_example", "held_out_line": 7, "line": 1204}],
            "next_offset": None,
        }
    )
    dataset_id: DatasetId
    held_out: DatasetId
    examples: int
    same_example: int
    same_prompt: int
    near: int | None
    lines: list[LeakedLine]
    next_offset: int | None

    @classmethod
    def of(cls, training: Dataset, held_out: Dataset, found: Leakage, wanted: slice) -> "LeakageSchema":
        same_example, same_prompt, near = found.overlap.same_example, found.overlap.same_prompt, found.near or ()
        count = len(same_example) + len(same_prompt) + len(near)
        return cls(
            dataset_id=training.id,
            held_out=held_out.id,
            examples=found.held_out_examples,
            same_example=len(same_example),
            same_prompt=len(same_prompt),
            near=None if found.near is None else len(near),
            lines=[
                *_leaked("same_example", same_example[wanted].tolist()),
                *_leaked("same_prompt", same_prompt[_after(wanted, len(same_example))].tolist()),
                *_leaked(
                    "near",
                    [(one.line, one.earlier_line) for one in near[_after(wanted, count - len(near))]],
                ),
            ],
            next_offset=_next(wanted, count),
        )


def _different(lines: list[Any], kind: DifferenceKind) -> list[DifferentLine]:
    match kind:
        case "added":
            return [DifferentLine(line=line, against_line=None) for line in lines]
        case "removed":
            return [DifferentLine(line=None, against_line=line) for line in lines]
        case "changed":
            return [DifferentLine(line=new, against_line=old) for old, new in lines]


def _leaked(kind: LeakageKind, pairs: Sequence[Sequence[int]]) -> list[LeakedLine]:
    return [LeakedLine(kind=kind, held_out_line=mine, line=yours) for mine, yours in pairs]


def _after(wanted: slice, passed_over: int) -> slice:
    """The same part of a list, seen from a list that is joined to it behind so many."""
    return slice(max(0, wanted.start - passed_over), max(0, wanted.stop - passed_over))


def _numbers(old: Dataset, new: Dataset) -> dict[str, list[int | None]]:
    def of(dataset: Dataset, name: str) -> Any:
        return (dataset.report or {}).get(name)

    return {name: [of(old, name), of(new, name)] for name in ("examples", "messages", "lines", "size_bytes")}


def _next(wanted: slice, count: int) -> int | None:
    return wanted.stop if wanted.stop < count else None
