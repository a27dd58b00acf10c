"""Pieces of texts as they may be stored and sent anywhere: what is hidden in the whole is hidden wherever it is cut.

So a text is looked through before it is cut, as far around the piece as any secret reaches, and without its escapes too: JSON
that is quoted as it was written hides from a search what its reader sees.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from shared.datasets.personal.escapes import readings
from shared.datasets.personal.kinds import LONGEST_DOMAIN, LONGEST_SECRET
from shared.datasets.personal.masking import NOT_MASKED, PLAIN
from shared.datasets.personal.scan import scan

LOOKED_BEFORE = LONGEST_SECRET
LOOKED_BEHIND = LONGEST_DOMAIN + 24
CUT = "…"
UNENDED = "[SECRET]"
"""Stands for a secret that goes on behind what was looked at."""

_UNENDED = re.compile(
    r"(?:-----BEGIN [A-Z ]*PRIVATE KEY.*?|://[^/\s:@]+:[^/\s@]*?|(?:AccountKey|SharedAccessKey)=\S*?"
    r"|(?<![A-Za-z0-9_])(?:sk-|[rs]k_live_|AKIA|ASIA|gh[pousr]_|github_pat_|xox[abeprs]-|AIza|eyJ|hf_|tw_)[A-Za-z0-9_.-]*?)"
    rf"(?={CUT}?\Z)",
    re.DOTALL,
)


class Hidden(NamedTuple):
    start: int  # characters
    end: int
    placeholder: str


def piece(text: str, start: int = 0, end: int | None = None) -> str:
    """The characters from `start` to `end`; placeholders stand for what would be hidden in the whole, even if it was cut."""
    end = len(text) if end is None else min(end, len(text))
    first = max(0, start - LOOKED_BEFORE)
    last = end + LOOKED_BEHIND
    shown: list[str] = []
    reached = start
    for hidden in _hidden(text[first:last], is_cut=last < len(text) or text.endswith(CUT)):
        begins, ends = first + hidden.start, first + hidden.end
        if begins < end and ends > reached:
            # Where two overlap, one placeholder stands for both.
            shown += [text[reached:begins], hidden.placeholder] if begins >= reached or not shown else []
            reached = ends
    return "".join([*shown, text[reached:end]])


def shortened(text: str, longest: int) -> str:
    """The beginning of a text, with a sign where it goes on."""
    return piece(text) if len(text) <= longest else piece(text, 0, longest - len(CUT)) + CUT


def _hidden(text: str, *, is_cut: bool) -> list[Hidden]:
    """In their order; they may overlap."""
    found = list(_found(text))
    if is_cut and (unended := _UNENDED.search(text)):
        found.append(Hidden(*unended.span(), UNENDED))
    return sorted(found, key=lambda hidden: hidden.start)


def _found(text: str) -> Iterator[Hidden]:
    for read, way in readings(text):
        data = read.encode("utf-8", "surrogatepass")
        for kind, *span in scan(data):
            if kind.code not in NOT_MASKED:
                start, end = (_characters(data, at) for at in span)
                for reading in reversed(way):
                    start, end = reading.written_at(start), reading.written_at(end)
                yield Hidden(start, end, PLAIN.format(kind=kind.name))


def _characters(data: bytes, end: int) -> int:
    return len(data[:end].decode("utf-8", "surrogatepass"))
