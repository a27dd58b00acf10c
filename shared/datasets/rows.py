"""The rows of a dataset as remedies and splits want them: each line of the uploaded file with the examples that are made of it."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, BinaryIO

from shared.datasets.findings import Severity
from shared.datasets.personal.masking import mask
from shared.datasets.reading import Line, mend, read
from shared.datasets.remedies import Lent, SourceRow
from shared.datasets.rules import check
from shared.datasets.shapes import Shape
from shared.datasets.shaping.conversions.conversion import Conversion
from shared.datasets.shaping.conversions.convert import convert
from shared.datasets.shaping.examples import to_examples
from shared.datasets.shaping.plan import Shaping
from shared.datasets.splitting.keys import SourcedExample
from shared.datasets.tokens import Encoding, count_example
from shared.datasets.understanding import reader_of

Row = dict[str, Any]

COUNTED = Encoding.O200K_BASE
"""In which encoding remedies count: that of the models which are trained today."""

Open = Callable[[], BinaryIO]


def source_rows(opened: BinaryIO, source: Mapping[str, Any]) -> Iterator[SourceRow]:
    """Every example with its line; lines and rows of which there is none, as the text that they are."""
    intake, shaping = reader_of(source)
    with opened:
        for line in read(opened, intake):
            yield from _of_line(line, shaping)


def sourced_examples(opened: BinaryIO, source: Mapping[str, Any]) -> Iterator[SourcedExample]:
    """The examples of a sound dataset, in the order in which they were written down, each with the row it was made of."""
    intake, shaping = reader_of(source)
    with opened:
        for line in read(opened, intake):
            if line.row is not None:
                for example in to_examples(line.row, shaping).examples:
                    yield SourcedExample(line.number, example, line.row)


def lent_to_remedies(
    shape: Shape,
    found_on: Mapping[str, Collection[int]],
    conversion: Conversion | None = None,
    most_tokens: int = 0,
    shaping: Shaping | None = None,
) -> Lent:
    """What remedies may use of the rest. `found_on`: by code, the lines on which quality found something. `most_tokens`: of an
    example in the encoding that is counted, for the model that takes most. `shaping`: how the file says its examples; None if
    they are training examples as they stand.
    """
    return Lent(
        check=lambda row: check(row, shape),
        mend=mend,
        shape=None if shaping is None else lambda row: _examples_meant(row, shaping),
        mask=mask,
        count_tokens=lambda row, encoding: count_example(row, Encoding(encoding), shape).total,
        most_tokens=most_tokens,
        convert=None if conversion is None else lambda row: convert(row, conversion).examples,
        lines=found_on,
    )


def _examples_meant(row: Row, shaping: Shaping) -> Collection[Row]:
    """The examples of a row, cells of mangled JSON being taken for what they mean."""
    made = to_examples(row, shaping)
    mangled = {_column(finding.pointer) for finding in made.findings if finding.code == "cell_not_json"}
    if not mangled:
        return made.examples
    mended = {column: mend(row[column]) for column in mangled if isinstance(row.get(column), str)}
    cells = {column: json.dumps(cell.value, ensure_ascii=False) for column, cell in mended.items() if cell}
    return to_examples({**row, **cells}, shaping).examples


def _column(where: str) -> str:
    return where.split("/")[1].replace("~1", "/").replace("~0", "~") if where else ""


def _of_line(line: Line, shaping: Shaping) -> Iterator[SourceRow]:
    text = (line.text or "").rstrip("\r\n")
    # A row with a key twice, or with half of a character, does not show its fault: its text does.
    if line.row is None or any(finding.severity is Severity.ERROR for finding in line.findings):
        yield SourceRow(line.number, None, text)
        return
    examples = to_examples(line.row, shaping).examples
    for example in examples:
        yield SourceRow(line.number, example)
    if not examples:
        yield SourceRow(line.number, None, text or json.dumps(line.row, ensure_ascii=False))
