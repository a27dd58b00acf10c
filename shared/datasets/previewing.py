"""What would become of a file, seen on its first rows: how it is read, and the examples that are made. Nothing is kept."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import chain, islice
from typing import Any, BinaryIO

from shared.datasets.asked import Asked
from shared.datasets.findings import Finding, Severity
from shared.datasets.reading import CannotBeRead, Line, Row, read
from shared.datasets.rules import check
from shared.datasets.shapes import Shape
from shared.datasets.shaping.examples import to_examples
from shared.datasets.shaping.plan import Shaping
from shared.datasets.understanding import understand

ROWS = 20
MOST_FINDINGS = 20
MOST_ELEMENTS = 50
LONGEST_TEXT = 1_000
LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class PreviewedRow:
    """A line of the file: its row as it stands there, the examples made of it (both shortened), and what is wrong with either."""

    line: int
    row: Row | None
    examples: tuple[Row, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """`shape` None: what the rows mean is not known, or the file cannot be read; a finding says what to do."""

    source: dict[str, Any] | None
    shape: Shape | None
    findings: tuple[Finding, ...]
    rows: tuple[PreviewedRow, ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        shown = asdict(self)
        return {"format": shown.pop("shape"), **shown}


def preview(stream: BinaryIO, filename: str, asked: Asked) -> Preview:
    """Looks at the beginning of a file that can be rewound. Raises nothing: what is wrong is a finding."""
    try:
        understanding = understand(stream, filename, asked)
    except CannotBeRead as error:
        return Preview(None, None, (error.finding,), ())
    stream.seek(0)
    lines = islice(read(stream, understanding.intake), ROWS)
    rows = tuple(_row(line, understanding.shaping) for line in lines)
    shape = understanding.shape if understanding.shaping else None
    return Preview(understanding.as_dict(), shape, understanding.findings, rows)


def _row(line: Line, shaping: Shaping | None) -> PreviewedRow:
    of_line = list(line.findings)
    is_sound = line.row is not None and not any(one.severity is Severity.ERROR for one in of_line)
    if not is_sound or shaping is None:
        # What is not sound may hold what JSON cannot carry back.
        return PreviewedRow(line.number, shortened(line.row) if is_sound else None, (), _placed(of_line, line))
    assert line.row is not None
    made = to_examples(line.row, shaping)
    of_examples = chain.from_iterable(check(example, shaping.shape) for example in made.examples)
    findings = _placed(chain(of_line, made.findings, of_examples), line)
    return PreviewedRow(line.number, shortened(line.row), tuple(shortened(made.examples)), findings)


def shortened(value: Any, longest: int = LONGEST_TEXT) -> Any:
    """A JSON value of which people see enough to know it: long texts and lists are cut."""
    match value:
        case str() if len(value) > longest:
            return value[:longest] + "…"
        case list() | tuple():
            return [shortened(one, longest) for one in value[:MOST_ELEMENTS]]
        case dict():
            shown = islice(value.items(), MOST_ELEMENTS)
            return {key[:LONGEST_KEY]: shortened(one, longest) for key, one in shown}
        case _:
            return value


def _placed(findings: "list[Finding] | Iterator[Finding]", line: Line) -> tuple[Finding, ...]:
    return tuple(finding.on_line(line.number, line.offset) for finding in islice(findings, MOST_FINDINGS))
