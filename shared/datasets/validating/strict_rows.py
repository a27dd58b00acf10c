"""Lines one by one: parsed strictly, with every rule. What may be wrong is said here and nowhere else."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice

from shared.datasets.findings import Finding, Severity, found
from shared.datasets.reading.jsonl import Line, Row, parse
from shared.datasets.reading.strict_json import StrictJson
from shared.datasets.rules import check
from shared.datasets.shapes import Shape

MOST_FINDINGS_PER_LINE = 1_000


@dataclass(frozen=True, slots=True)
class Judged:
    """A line, what is wrong with it, and its row if that is well-formed."""

    line: int
    offset: int
    findings: list[Finding]
    row: Row | None


class Judge:
    """Judges the lines of one file, whose rows are to have one shape."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._json = StrictJson()

    def text(self, line: int, offset: int, content: bytes) -> Judged:
        """A line that nobody has read yet."""
        row, findings = parse(content, self._json)
        return self._judged(line, offset, row, findings)

    def line(self, line: Line) -> Judged:
        """A line that reading has looked at already."""
        return self._judged(line.number, line.offset, line.row, line.findings)

    def _judged(self, line: int, offset: int, row: Row | None, findings: Iterator[Finding]) -> Judged:
        of_row = check(row, self._shape) if row is not None else iter(())
        kept = list(_bounded(chain(findings, of_row)))
        is_refused = any(finding.severity is Severity.ERROR for finding in kept)
        return Judged(line, offset, [finding.on_line(line, offset) for finding in kept], None if is_refused else row)


def _bounded(findings: Iterator[Finding]) -> Iterator[Finding]:
    yield from islice(findings, MOST_FINDINGS_PER_LINE)
    if next(findings, None):
        message = f"this line has more than {MOST_FINDINGS_PER_LINE} findings"
        yield found("too_many_findings_in_line", "", message)
