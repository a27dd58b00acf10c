"""What the old tool for preparing prompts with their completions would have said of a file, and made of it.

It did first what it held for necessary, then looked at everything, and only then did what it advised, all advice having
been found before any of it was followed. Like the tool, this holds the whole file in memory: it is for comparing, and for
those who have scripts around the old results. In two cases the tool itself went wrong, and this does what it announced:
a common beginning of completions with a space is removed (it wrote all completions into each), and long examples go after
repetitions have gone (it looked for them at their old places, and stopped). How files were read is not played here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from shared.datasets.remedies import of_affixes, of_completions
from shared.datasets.remedies.affixes import TaskType, texts_of
from shared.datasets.remedies.inside import COLUMNS, Row
from shared.datasets.remedies.mending import Lent, Mending
from shared.datasets.remedies.of_examples import DropDuplicates
from shared.datasets.shapes import Shape

MOST_HELD_OUT = 1_000
TRAINED_FRACTION = 0.8
SEED = 42

_ADVICE: dict[str, type[Mending]] = {
    "drop_duplicates": DropDuplicates,
    "drop_long_examples": of_completions.DropLongExamples,
    "lower_case_prompts": of_completions.LowerCasePrompts,
    "lower_case_completions": of_completions.LowerCaseCompletions,
    "add_prompt_suffix": of_affixes.AddPromptSuffix,
    "strip_prompt_prefix": of_affixes.StripPromptPrefix,
    "strip_completion_prefix": of_affixes.StripCompletionPrefix,
    "add_completion_suffix": of_affixes.AddCompletionSuffix,
    "add_leading_space": of_affixes.AddLeadingSpace,
}


class OldToolRefusesError(ValueError):
    """The old tool would have stopped here; the message says why."""


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing that the old tool would have done, under the name that the remedy has here."""

    remedy: str
    rows: tuple[int, ...]  # that it named, counted from 0 in what was left when it looked; most advice names none
    text: str  # the suffix or prefix in question, or the columns


@dataclass(frozen=True, slots=True)
class OldResult:
    advice: tuple[Advice, ...]
    task: str  # for which the file seemed to be, at the end
    rows: list[Row]
    parts: tuple[list[Row], list[Row]] | None  # to train with and to hold out; for classification only


def prepare_like_the_old_tool(rows: Iterable[Row]) -> OldResult:
    """All its advice followed. Cells are texts; what is not becomes one. Raises OldToolRefusesError."""
    given = list(rows)
    necessary, kept = _with_the_columns(given)
    empty = tuple(place for place, row in enumerate(kept) if not row["completion"])
    if empty:
        necessary.append(Advice("drop_empty_completions", empty, ""))
        kept = [row for row in kept if row["completion"]]
    mendings = _learnt(kept)
    _refuse_identical(mendings["add_completion_suffix"])
    advice = [_advice(name, mending, kept) for name, mending in mendings.items()]
    for mending in map(_afresh, mendings.values()):
        kept = [mended for row in kept if (mended := mending.mend_row(row)) is not None]
    task = _task(kept)
    parts = _split(kept) if task.is_classification else None
    return OldResult((*necessary, *(found for found in advice if found)), task.name, kept, parts)


def _with_the_columns(rows: Sequence[Row]) -> tuple[list[Advice], list[Row]]:
    """The rows with the two columns and no others, and what had to be done for it."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    sources: dict[str, str] = {}
    for column in COLUMNS:
        named = [column] if column in columns else [key for key in columns if key.lower() == column]
        if not named:
            raise OldToolRefusesError(f'there is no column "{column}"')
        sources[column] = named[0]
    renamed = [column for column, source in sources.items() if column != source]
    extra = [column for column in columns if column not in sources.values()]
    advice = [Advice("rename_keys", (), column) for column in renamed]
    if extra:
        advice.append(Advice("drop_unknown_keys", (), ", ".join(extra)))
    return advice, [{column: _cell(row.get(source)) for column, source in sources.items()} for row in rows]


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _learnt(rows: Iterable[Row]) -> dict[str, Mending]:
    mendings = {name: kind() for name, kind in _ADVICE.items()}
    for mending in mendings.values():
        mending.begin(Shape.COMPLETION, Lent())
        for row in rows:
            mending.learn(row)
    return mendings


def _afresh(mending: Mending) -> Mending:
    if not mending.learns:
        mending.begin(Shape.COMPLETION, Lent())
    return mending


def _refuse_identical(looked: Mending) -> None:
    assert isinstance(looked, of_affixes.AddCompletionSuffix)
    if looked.task.is_open_ended:
        return
    if looked.prompts.are_identical:
        raise OldToolRefusesError("all prompts are the same")
    if looked.completions.are_identical and not looked.task.is_classification:
        raise OldToolRefusesError("all completions are the same")


def _advice(name: str, mending: Mending, rows: Sequence[Row]) -> Advice | None:
    mended = [mending.mend_row(row) for row in rows]
    if all(one is other for one, other in zip(mended, rows, strict=True)):
        return None
    dropped = tuple(place for place, row in enumerate(mended) if row is None)
    return Advice(name, dropped, str(next(iter(_settled_texts(mending)), "")))


def _settled_texts(mending: Mending) -> list[Any]:
    return [value for value in mending.settled().values() if isinstance(value, str)]


def _task(rows: Iterable[Row]) -> TaskType:
    task = TaskType()
    for row in rows:
        texts = texts_of(row)
        assert texts is not None
        task.learn(*texts)
    return task


def _split(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """The very rows that the tool drew: its generator is promised to stay as it was."""
    trained = max(len(rows) - MOST_HELD_OUT, int(len(rows) * TRAINED_FRACTION))
    drawn = np.random.RandomState(SEED).permutation(len(rows))[:trained].tolist()
    held_out = sorted(set(range(len(rows))) - set(drawn))
    return [rows[place] for place in drawn], [rows[place] for place in held_out]
