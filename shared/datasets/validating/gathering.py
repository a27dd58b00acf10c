"""Gathers findings: counts all of them, keeps as many as can be read, and of each code the first lines it stands on."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from heapq import merge
from itertools import chain, islice
from typing import Protocol

from typing_extensions import override

from shared.datasets.acceptance import LINES_NAMED, Sighting
from shared.datasets.findings import WHOLE_FILE, Finding, Severity


class Keeping(Collection[Finding], Protocol):
    """Where findings of lines are kept: a spool, or a list."""

    def add(self, finding: Finding) -> None: ...


class InMemory(list[Finding]):
    """For few findings."""

    def add(self, finding: Finding) -> None:
        self.append(finding)


class Kept(Collection[Finding]):
    """The findings of a file: those of the whole first, which are never left out for others; then by line."""

    def __init__(self, of_file: list[Finding], of_lines: Sequence[Keeping], most: int) -> None:
        self._of_file, self._of_lines = of_file, of_lines
        self._size = min(most, len(of_file) + sum(map(len, of_lines)))

    @override
    def __len__(self) -> int:
        return self._size

    @override
    def __iter__(self) -> Iterator[Finding]:
        by_line = merge(*self._of_lines, key=lambda finding: finding.line)
        return islice(chain(self._of_file, by_line), self._size)

    @override
    def __contains__(self, finding: object) -> bool:
        return any(one == finding for one in self)


class Gathering:
    """The findings of one file. They come by line, as the file goes by; and once more by line, at its end."""

    def __init__(self, most: int, keeping: Callable[[], Keeping] = InMemory) -> None:
        self._most = most
        self._of_file: list[Finding] = []
        self._of_lines = keeping()
        self._at_end = keeping()
        self._receiving = self._of_lines
        self._first_lines: dict[str, list[int]] = defaultdict(list)
        self.codes: Counter[str] = Counter()

    def add(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self.codes[finding.code] += 1
            self.keep(finding)

    def keep(self, finding: Finding) -> None:
        """A finding that somebody else counts: whoever does adds to `codes`."""
        if finding.line == WHOLE_FILE:
            self._of_file.append(finding)
            return
        lines = self._first_lines[finding.code]
        if len(lines) < LINES_NAMED and finding.line not in lines[-1:]:
            lines.append(finding.line)
        if len(self._receiving) < self._most:
            self._receiving.add(finding)

    def conclude(self) -> None:
        """What comes from now on begins with the first line again."""
        self._receiving = self._at_end

    @property
    def has_error_of_file(self) -> bool:
        """Whether something is wrong with the file as a whole."""
        return any(finding.severity is Severity.ERROR for finding in self._of_file)

    @property
    def kept(self) -> Kept:
        return Kept(self._of_file, (self._of_lines, self._at_end), self._most)

    def sightings(self) -> dict[str, Sighting]:
        return {code: Sighting(count, tuple(self._first_lines[code])) for code, count in self.codes.items()}


class Seen:
    """Counts lines, and knows the first of them."""

    def __init__(self) -> None:
        self._count = 0
        self._lines: list[int] = []

    def add(self, lines: Iterator[int]) -> None:
        for line in lines:
            self._count += 1
            if len(self._lines) < LINES_NAMED:
                self._lines.append(line)

    def sighting(self) -> Sighting:
        return Sighting(self._count, tuple(self._lines))
