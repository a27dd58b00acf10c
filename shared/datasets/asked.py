"""What an uploader says of a file: what it is, how its columns make examples, how much is to be looked at, which sheet. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shared.datasets.reading.intake import Container
from shared.datasets.shaping.plan import Style

AUTO = "auto"
FORMATS = tuple(dict.fromkeys([AUTO, *Container, *(style for style in Style if style is not Style.TABLE)]))
"""What a file may be said to be: to be found out, a kind of file, or how its rows say their examples."""


class Checks(StrEnum):
    ALL = "all"
    STRUCTURE = "structure"  # rules, tokens and repetitions; nothing about quality


@dataclass(frozen=True, slots=True)
class Asked:
    """`format` is one of FORMATS; `mapping` and `sheet` are checked against columns and sheets once they are known."""

    format: str = AUTO
    mapping: Mapping[str, Any] | None = None
    checks: Checks = Checks.ALL
    sheet: str | None = None

    @property
    def container(self) -> Container | None:
        return Container(self.format) if self.format in set(Container) else None

    @property
    def style(self) -> Style | None:
        """How the rows say their examples; nothing where a kind of file was named."""
        return Style(self.format) if self.container is None and self.format != AUTO else None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        mapping = None if self.mapping is None else dict(self.mapping)
        said = {"format": str(self.format), "mapping": mapping, "checks": str(self.checks)}
        return said if self.sheet is None else said | {"sheet": self.sheet}

    @classmethod
    def of(cls, stored: Mapping[str, Any] | None) -> "Asked":
        """What `as_dict` gave; nothing was said where nothing is stored."""
        said = stored or {}
        return cls(
            said.get("format", AUTO), said.get("mapping"), Checks(said.get("checks", Checks.ALL)), said.get("sheet")
        )
