"""Findings: what can be wrong with a dataset (`codes`), and one such thing at its place (`finding`)."""

from shared.datasets.findings.code import FindingCode, Severity
from shared.datasets.findings.codes import FINDING_CODES
from shared.datasets.findings.finding import (
    LONGEST_EXCERPT,
    WHOLE_FILE,
    Finding,
    excerpt,
    found,
    found_extra_keys,
    pointer,
    storable,
)

__all__ = [
    "FINDING_CODES",
    "LONGEST_EXCERPT",
    "WHOLE_FILE",
    "Finding",
    "FindingCode",
    "Severity",
    "excerpt",
    "found",
    "found_extra_keys",
    "pointer",
    "storable",
]
