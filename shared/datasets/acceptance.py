"""Which providers would take a dataset, judged from the codes of its findings.

Chat examples are for supervised training; whether a model is open to training at all is not known here.
"""

from collections.abc import Collection
from dataclasses import dataclass

from shared.datasets.findings.code import PROVIDERS
from shared.datasets.findings.codes import FINDING_CODES


@dataclass(frozen=True, slots=True)
class Acceptance:
    provider: str
    method: str
    accepted: bool
    against: tuple[str, ...]  # the codes that stand against it


def acceptance(codes: Collection[str]) -> tuple[Acceptance, ...]:
    """One verdict for each provider."""
    verdicts = []
    for provider in PROVIDERS:
        against = tuple(sorted(code for code in codes if provider in FINDING_CODES[code].stands_against))
        verdicts.append(Acceptance(provider, "supervised", not against, against))
    return tuple(verdicts)
