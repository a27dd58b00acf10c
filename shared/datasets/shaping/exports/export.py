"""Writes examples as a file for another trainer, block by block: memory does not grow with the dataset."""

from collections.abc import Callable, Iterable, Iterator

from shared.datasets.findings import Finding, found
from shared.datasets.shapes import Shape
from shared.datasets.shaping.exports.flat import COLUMNS
from shared.datasets.shaping.exports.framing import csv_file, instances, lines
from shared.datasets.shaping.exports.parquet import parquet_file
from shared.datasets.shaping.exports.targets import TARGETS, Framing, Target
from shared.datasets.shaping.shaped import Example, Findings, Row, Shaped, Unsayable, shaped

Report = Callable[[Finding], object]
"""Takes what was found, with the number of its example, from 1, as the line."""


class CannotExportError(ValueError):
    """There is no such format, or it knows no examples of this shape."""


def export(examples: Iterable[Example], shape: Shape, name: str, report: Report) -> Iterator[bytes]:
    """The bytes of the file. An example that the format cannot say is left out, and reported.

    Raises CannotExportError at once, not only when the first bytes are asked for.
    """
    target = find_target(name, shape)
    return _framed(_rows(examples, shape, target, report), shape, target)


def find_target(name: str, shape: Shape) -> Target:
    """Raises CannotExportError."""
    target = TARGETS.get(name)
    if target is None:
        raise CannotExportError(f'there is no format "{name}"; there are: {", ".join(TARGETS)}')
    if shape not in target.writers:
        raise CannotExportError(f"{target.title} knows no examples of the shape {shape}")
    return target


def to_row(example: Example, shape: Shape, target: Target) -> Shaped:
    """The one row that an example becomes; none, and the reason as a finding, when the format cannot say it."""
    findings: Findings = []
    try:
        row = target.writers[shape](example, findings)
    except Unsayable as why:
        return Shaped((), (*findings, found("cannot_export", why.where, why.message)))
    return shaped([row], findings)


def _rows(examples: Iterable[Example], shape: Shape, target: Target, report: Report) -> Iterator[Row]:
    for number, example in enumerate(examples, start=1):
        made = to_row(example, shape, target)
        for finding in made.findings:
            report(finding.on_line(number))
        yield from made.examples


def _framed(rows: Iterator[Row], shape: Shape, target: Target) -> Iterator[bytes]:
    match target.framing:
        case Framing.LINES:
            return lines(rows)
        case Framing.INSTANCES:
            return instances(rows, dict(target.instance_types)[shape])
        case Framing.CSV:
            return csv_file(rows, COLUMNS[shape])
        case Framing.PARQUET:
            return parquet_file(rows, COLUMNS[shape])
