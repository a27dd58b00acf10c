"""The report of a validation: what was found, how much there is of what, and who would take it."""

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from typing import Any

from shared.datasets.acceptance import Acceptance
from shared.datasets.findings import FINDING_CODES, Finding, Severity
from shared.datasets.tokens import Encoding
from shared.datasets.tokens.statistics import TokenStatistics


@dataclass(frozen=True, slots=True)
class Validation:
    """The whole report. `codes` counts every finding; `findings` holds the first of them, as many as the limits say."""

    lines: int
    size_bytes: int  # as far as the file was read
    examples: int  # well-formed ones; only these are counted in the numbers that follow
    messages: int
    message_quantiles: dict[str, int]  # of the messages that an example has
    tokens: dict[Encoding, TokenStatistics]
    findings: Collection[Finding]
    findings_omitted: int
    codes: dict[str, int]
    quality: dict[str, Any]  # what the observers say in numbers
    acceptance: tuple[Acceptance, ...]

    @property
    def ready(self) -> bool:
        return not any(FINDING_CODES[code].severity is Severity.ERROR for code in self.codes)

    def as_dict(self) -> dict[str, Any]:
        """For JSON; without the findings, which are kept one by one."""
        numbers = asdict(replace(self, findings=()))
        del numbers["findings"]
        return {"ready": self.ready, **numbers}
