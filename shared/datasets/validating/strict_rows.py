"""Lines one by one: parsed strictly, with every rule. What may be wrong is said here and nowhere else."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice

from shared.datasets.findings import Finding, Severity, found
from shared.datasets.reading.jsonl import lines_of
from shared.datasets.reading.line import Line, RawLine, Row
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
    """Judges lines one by one, whose rows are to have one shape."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape

    def text(self, number: int, offset: int, content: bytes) -> Judged:
        """A line, without its line end, that nobody has read yet."""
        (line,) = lines_of([RawLine(number, offset, len(content), content)])
        return self.line(line)

    def line(self, line: Line) -> Judged:
        """A line that reading has looked at."""
        of_row = check(line.row, self._shape) if line.row is not None else iter(())
        kept = list(_bounded(chain(line.findings, of_row)))
        is_refused = any(finding.severity is Severity.ERROR for finding in kept)
        findings = [finding.on_line(line.number, line.offset) for finding in kept]
        return Judged(line.number, line.offset, findings, None if is_refused else line.row)


def _bounded(findings: Iterator[Finding]) -> Iterator[Finding]:
    yield from islice(findings, MOST_FINDINGS_PER_LINE)
    if next(findings, None):
        message = f"this line has more than {MOST_FINDINGS_PER_LINE} findings"
        yield found("too_many_findings_in_line", "", message)
