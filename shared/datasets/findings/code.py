"""A code of a finding: what it means, how bad it is, how to mend it, and which providers it stands against.

An error keeps a dataset from being ready and stands against every provider; the rest is let through, but may still stand
against one of them. What stands against single models or methods is in `acceptance`.
"""

from dataclasses import dataclass
from enum import StrEnum

from shared.providers.kinds import ProviderKind

PROVIDERS = tuple(kind.value for kind in ProviderKind)
"""Those whose rules are known. The compatible ones are taken together, each rule being that of the strictest of them."""


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class FindingCode:
    title: str
    severity: Severity
    mend: str
    stands_against: tuple[str, ...]


def error(title: str, mend: str) -> FindingCode:
    return FindingCode(title, Severity.ERROR, mend, PROVIDERS)


def warning(title: str, mend: str, *stands_against: str) -> FindingCode:
    return FindingCode(title, Severity.WARNING, mend, stands_against)


def info(title: str, mend: str, *stands_against: str) -> FindingCode:
    return FindingCode(title, Severity.INFO, mend, stands_against)
