"""Batches from a file that is not plain JSON Lines: every row is made into examples, which are written down as they go by.

What is found in a row stands on the line of the source file, and so does what is found in the examples made of it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Protocol

import msgspec

from shared.datasets.findings import Finding, Severity
from shared.datasets.reading.line import Line
from shared.datasets.shaping.examples import to_examples
from shared.datasets.shaping.plan import Shaping
from shared.datasets.validating.batches import BLOCK_BYTES, MOST_LINES, Batch

_encode = msgspec.json.Encoder().encode


class Target(Protocol):
    """Where the examples go, one line each."""

    def write(self, line: bytes, /) -> object: ...


def converted_batches(lines: Iterable[Line], shaping: Shaping, target: Target) -> Iterator[Batch]:
    """The examples of a file, in blocks of about two megabytes."""
    block = _Block()
    for line in lines:
        block.take(line, shaping, target)
        if block.is_full:
            yield block.batch()
            block = _Block(block.end)
    yield block.batch()


def unshaped_batches(lines: Iterable[Line]) -> Iterator[Batch]:
    """What reading found in a file of which nobody knows what its rows mean: they count, but none becomes an example."""
    end = (0, 0)
    noted: list[Line] = []
    for line in lines:
        end = (line.number, max(end[1], line.offset + line.size_bytes))
        noted.append(replace(line, row=None, findings=iter(list(line.findings)), text=None))
        if len(noted) == MOST_LINES:
            yield Batch([], [], [], noted, end)
            noted = []
    yield Batch([], [], [], noted, end)


class _Block:
    def __init__(self, end: tuple[int, int] = (0, 0)) -> None:
        self.end = end
        self.size_bytes = 0
        self._numbers: list[int] = []
        self._offsets: list[int] = []
        self._contents: list[bytes] = []
        self._noted: list[Line] = []

    def take(self, line: Line, shaping: Shaping, target: Target) -> None:
        self.end = (line.number, max(self.end[1], line.offset + line.size_bytes))
        findings = list(line.findings)
        examples: list[bytes] = []
        if line.row is not None and not _is_refused(findings):
            made = to_examples(line.row, shaping)
            findings += made.findings
            examples = [_encode(example) for example in made.examples]
        for example in examples:
            target.write(example + b"\n")
            self.size_bytes += len(example)
        self._contents += examples
        self._numbers += [line.number] * len(examples)
        self._offsets += [line.offset] * len(examples)
        if findings:
            self._note(line, findings, counts=not examples and not line.is_blank)

    @property
    def is_full(self) -> bool:
        # Some kinds of file know no sizes of lines.
        return self.size_bytes >= BLOCK_BYTES or max(len(self._numbers), len(self._noted)) >= MOST_LINES

    def batch(self) -> Batch:
        return Batch(self._numbers, self._offsets, self._contents, self._noted, self.end)

    def _note(self, line: Line, findings: list[Finding], *, counts: bool) -> None:
        # A row of which there are examples is counted by these.
        self._noted.append(Line(line.number, line.offset, line.size_bytes, None, iter(findings), is_blank=not counts))
        self.size_bytes += line.size_bytes


def of_whole_file(findings: Iterable[Finding]) -> Batch:
    """A batch without lines, for what is known of the file before it is gone through."""
    return Batch([], [], [], [Line(0, 0, 0, None, chain(findings), is_blank=True)])


def _is_refused(findings: Iterable[Finding]) -> bool:
    return any(finding.severity is Severity.ERROR for finding in findings)
