"""Gathers findings: counts all of them, and keeps as many as can be read."""

from collections import Counter
from collections.abc import Iterable

from shared.datasets.findings import WHOLE_FILE, Finding

FIRST_LINES = 20


class Gathering:
    """The findings of one file. Of each code the first lines are known, even if the findings themselves are not kept."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._of_file: list[Finding] = []
        self._of_lines: list[Finding] = []
        self._first_lines: dict[str, list[int]] = {}
        self.codes: Counter[str] = Counter()

    def add(self, findings: Iterable[Finding]) -> None:
        """Findings of lines in their order, or of the whole file."""
        for finding in findings:
            self.codes[finding.code] += 1
            self.keep(finding)

    def keep(self, finding: Finding) -> None:
        """A finding that somebody else counts."""
        if finding.line == WHOLE_FILE:
            self._of_file.append(finding)
            return
        lines = self._first_lines.setdefault(finding.code, [])
        if len(lines) < FIRST_LINES and finding.line not in lines[-1:]:
            lines.append(finding.line)
        if len(self._of_lines) < self._most:
            self._of_lines.append(finding)

    @property
    def kept(self) -> tuple[Finding, ...]:
        """Those of the whole file first: they are never left out for others."""
        return tuple((self._of_file + self._of_lines)[: self._most])

    @property
    def first_lines(self) -> dict[str, tuple[int, ...]]:
        return {code: tuple(lines) for code, lines in sorted(self._first_lines.items())}
