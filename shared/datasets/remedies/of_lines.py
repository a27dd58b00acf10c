"""Remedies for whole lines: what cannot be read, what says nothing, what no other remedy could mend."""

from dataclasses import dataclass, replace
from typing import ClassVar

from typing_extensions import override

from shared.datasets.findings import FINDING_CODES, Severity
from shared.datasets.reading.jsonl import BYTE_ORDER_MARK
from shared.datasets.reading.lenient_json import rewrite
from shared.datasets.reading.strict_json import StrictJson
from shared.datasets.remedies.inside import Row
from shared.datasets.remedies.mending import Mending, SourceRow
from shared.datasets.remedies.remedy import Remedy

MANGLED = (
    *("trailing_comma", "missing_comma", "spread_over_lines", "comment_in_json", "unquoted_key"),
    *("curly_quotes", "single_quotes", "full_width_punctuation", "invisible_character"),
    *("raw_control_character", "odd_escape", "python_literal", "not_a_number"),
)


@dataclass
class DropBlankLines(Mending):
    minds_form_only: ClassVar[bool] = True

    @override
    def mend(self, source: SourceRow) -> SourceRow | None:
        return None if source.row is None and not source.raw.strip() else source


@dataclass
class MendJson(Mending):
    """The row that was meant becomes its example, as the file's other rows do; also where only a cell of it was mangled.

    Not where the JSON that was meant is faulty itself: of two values under one key, nobody knows which counts. And not
    where a row is a question with several answers, since one line here stays one.
    """

    minds_form_only: ClassVar[bool] = True

    @override
    def mend(self, source: SourceRow) -> SourceRow | None:
        if source.row is not None or self.lent.mend is None:
            return source
        mended = self.lent.mend(source.raw)
        if mended is None or not isinstance(mended.value, dict) or not _is_sound_when_mended(source.raw):
            return source
        examples = (mended.value,) if self.lent.shape is None else tuple(self.lent.shape(mended.value))
        return replace(source, row=examples[0], raw="") if len(examples) == 1 else source


def _is_sound_when_mended(text: str) -> bool:
    rewritten = rewrite(text)
    if rewritten is None:
        return False
    _, findings = StrictJson().parse(rewritten.text)
    return not any(True for _ in findings)


@dataclass
class AddByteOrderMark(Mending):
    """For those who hand the file to Azure themselves: what we send there gets the mark anyway."""

    minds_form_only: ClassVar[bool] = True
    file_begins_with: ClassVar[bytes] = BYTE_ORDER_MARK


@dataclass
class DropFaultyLines(Mending):
    """By the rules: a line goes that could not be read, or has a finding of the severity error."""

    minds_form_only: ClassVar[bool] = True

    @override
    def mend(self, source: SourceRow) -> SourceRow | None:
        return None if source.row is None else super().mend(source)

    @override
    def mend_row(self, row: Row) -> Row | None:
        return row if self.keeps_the_rules(row) else None


FIRST = (
    Remedy("drop_blank_lines", "Leave out blank lines", ("blank_line", "trailing_blank_lines"), DropBlankLines),
    Remedy("mend_json", "Mend JSON that was written or pasted by hand", MANGLED, MendJson, needs="mend"),
)
LAST = (
    Remedy(
        "drop_faulty_lines",
        "Leave out the lines that are still faulty",
        tuple(code for code, known in FINDING_CODES.items() if known.severity is Severity.ERROR),
        DropFaultyLines,
        needs="check",
    ),
)
FILE = (
    Remedy(
        "add_byte_order_mark",
        "Begin the file with the mark that Azure wants",
        (),
        AddByteOrderMark,
        recommended=False,
    ),
)
