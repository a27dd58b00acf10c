"""What becomes of one row: training examples, and what was found on the way.

A row gives several examples where it holds several answers, and none if and only if an error was found in it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shared.datasets.findings import Finding, Severity

Row = dict[str, Any]
"""As the file has it."""

Example = dict[str, Any]
"""As a provider takes it: of one of the shapes."""

Message = dict[str, Any]

Findings = list[Finding]
"""Where the makers of examples write what they find. They go on after an error, so that all of them are found."""


@dataclass(frozen=True, slots=True)
class Shaped:
    """Findings point into the row that came in, not into the examples."""

    examples: tuple[Example, ...]
    findings: tuple[Finding, ...] = ()


class Unsayable(Exception):
    """An example cannot be said as it was asked for. Never leaves this package: it becomes a finding."""

    def __init__(self, where: str, message: str) -> None:
        super().__init__(message)
        self.where = where
        self.message = message


def shaped(examples: Iterable[Example], findings: Findings) -> Shaped:
    """What was made, unless an error was found on the way."""
    if any(finding.severity is Severity.ERROR for finding in findings):
        return Shaped((), tuple(findings))
    return Shaped(tuple(examples), tuple(findings))
