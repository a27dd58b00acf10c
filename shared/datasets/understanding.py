"""What a file is, made out from its beginning and from what its uploader says: how its bytes are read, and what its rows mean.

Found out once and stored with the dataset (`source`), so that whoever goes through the file again reads the same.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice, pairwise
from typing import Any, BinaryIO

from shared.datasets.asked import Asked
from shared.datasets.findings import Finding, found, storable
from shared.datasets.reading import Container, Intake, Line, Row, inspect, mend, read
from shared.datasets.shapes import Shape
from shared.datasets.shaping.mapping import Mapping as Columns
from shared.datasets.shaping.mapping import parse_mapping
from shared.datasets.shaping.plan import Shaping, Style
from shared.datasets.shaping.recognition import (
    CHAT_KEYS,
    columns_left_out,
    guess,
    guess_by_header,
    is_of_another_maker,
    unknown_form,
)

SAMPLED_LINES = 200
SAMPLED_BYTES = 4_000_000
MOST_COLUMNS = 200
LONGEST_COLUMN = 200
OUR_KEYS = CHAT_KEYS | {"input", "preferred_output", "non_preferred_output"}
"""Whoever uses one of these means a training example, if a faulty one."""
_OBJECTS = {Container.JSONL, Container.JSON}


@dataclass(frozen=True, slots=True)
class Understanding:
    """`shaping` None: nobody knows what the rows mean, and a finding says what to send. `columns` are those of the first rows."""

    intake: Intake
    shaping: Shaping | None
    columns: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def shape(self) -> Shape:
        return self.shaping.shape if self.shaping else Shape.CHAT

    @property
    def is_plain(self) -> bool:
        """Whether the file is JSON Lines of training examples, which need not be written anew."""
        return self.intake.is_plain and self.shaping is not None and self.shaping.is_plain

    def as_dict(self) -> dict[str, Any]:
        """For JSON; `reader_of` takes it back."""
        intake = self.intake.as_dict()
        intake["notes"] = []  # they are among the findings
        shaping = self.shaping.as_dict() if self.shaping else None
        # A file may name its columns by what Postgres cannot keep, and may have very many.
        kept: dict[str, Any] = storable(
            {
                **intake,
                "columns": [column[:LONGEST_COLUMN] for column in self.columns[:MOST_COLUMNS]],
                "shaping": shaping,
            }
        )
        return kept


def understand(stream: BinaryIO, filename: str, asked: Asked) -> Understanding:
    """Looks at the first lines of a file that can be rewound. Raises CannotBeRead."""
    intake = inspect(stream, filename, asked.container, asked.sheet)
    stream.seek(0)
    lines = list(_some(read(stream, intake)))
    if _share_lines(lines):
        intake = _counting_elements(intake)
    rows = list(_rows(lines))
    header = intake.table.columns if intake.table else ()
    columns = tuple(dict.fromkeys(chain(header, chain.from_iterable(rows))))
    shaping, fault = _shaping(rows, columns, intake, asked)
    findings = [*intake.notes]
    if fault is not None:
        findings.append(fault)
    elif shaping is not None and (left_out := columns_left_out(columns, shaping)):
        findings.append(left_out)
    return Understanding(intake, shaping, columns, tuple(findings))


def reader_of(source: Mapping[str, Any]) -> tuple[Intake, Shaping]:
    """How to read a file again that was understood. Raises ValueError where nobody knew what its rows mean."""
    if source["shaping"] is None:
        raise ValueError("what the rows of this file mean is not known")
    return Intake.of(source), Shaping.of(source["shaping"])


def _some(lines: Iterator[Line]) -> Iterator[Line]:
    """As many as tell what the file is, and cost little."""
    size_bytes = 0
    for line in islice(lines, SAMPLED_LINES):
        yield line
        # Sheets and Parquet files have no bytes of lines.
        size_bytes += line.size_bytes or sum(len(str(cell)) for cell in (line.row or {}).values())
        if size_bytes > SAMPLED_BYTES:
            return


def _share_lines(lines: Sequence[Line]) -> bool:
    return any(one.number == other.number for one, other in pairwise(lines))


def _counting_elements(intake: Intake) -> Intake:
    """What is said of an example by its line is else said of all that stand there."""
    note = found("elements_counted", "", "a line's number is that of its example in the file, counted from 1")
    return replace(intake, counts_elements=True, notes=(*intake.notes, note))


def _rows(lines: Iterable[Line]) -> Iterator[Row]:
    """Rows of the first lines; mangled ones count by what they would be if they were mended."""
    for line in lines:
        if line.row is not None:
            yield line.row
        elif line.text and (mended := mend(line.text)) and isinstance(mended.value, dict):
            yield mended.value


def _shaping(
    rows: Sequence[Row], columns: tuple[str, ...], intake: Intake, asked: Asked
) -> tuple[Shaping | None, Finding | None]:
    if asked.mapping is not None:
        return _mapped(asked.mapping, columns)
    if asked.style is not None:
        return Shaping(asked.style), None
    guessed = guess(rows) if rows else guess_by_header(columns)
    if isinstance(guessed, Shaping):
        return _unless_faulty(guessed, rows, intake), None
    if not columns and intake.container not in _OBJECTS:
        return None, None  # there is no row: what reading found says why, or that there is nothing to read
    if intake.container not in _OBJECTS:
        return None, unknown_form(guessed)
    # Of objects that nothing is known of, the rules for chats say line by line what is missing.
    is_foreign = bool(rows) and OUR_KEYS.isdisjoint(columns)
    return Shaping(Style.CHAT), unknown_form(guessed) if is_foreign else None


def _unless_faulty(guessed: Shaping, rows: Sequence[Row], intake: Intake) -> Shaping:
    """In JSON Lines, what only departs from the rules is to be told, not silently put right."""
    if guessed.style is not Style.MESSAGES or not intake.is_plain:
        return guessed
    return guessed if 2 * sum(map(is_of_another_maker, rows)) >= len(rows) else Shaping(Style.CHAT)


def _mapped(given: Mapping[str, Any], columns: tuple[str, ...]) -> tuple[Shaping | None, Finding | None]:
    mapping = parse_mapping(given, columns)
    if isinstance(mapping, Columns):
        return Shaping(Style.TABLE, mapping), None
    said = "; ".join(f"{fault.pointer or 'the mapping'}: {fault.message}" for fault in mapping)
    return None, found("invalid_mapping", mapping[0].pointer, said)
