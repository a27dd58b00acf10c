"""Plain text: each line that is not blank is a row `{"text": line}`; or each transcript is, if the file holds transcripts.

A transcript is a conversation in which lines begin with "Human:" and "Assistant:". Its row has each turn behind a blank line,
as models of that kind were trained, however the file sets them apart. One transcript is parted from the next by a line of dashes
or equals signs, if there is any; else by two blank lines; else, if its turns follow one another without, by one blank line.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from shared.datasets.findings import Finding, found
from shared.datasets.reading.intake import Intake, Parting
from shared.datasets.reading.jsonl import undecodable
from shared.datasets.reading.line import Line, RawLine, without_row
from shared.datasets.reading.raw_lines import encoded_lines
from shared.datasets.reading.speakers import ANY, USER

_DASHES = re.compile(r"\s*(?:-{3,}|={3,}|\*{3,})\s*")
_TURN = re.compile(rf"(?:{ANY}):")
_HUMAN = re.compile(rf"(?:{USER}):")


def read(stream: BinaryIO, intake: Intake, longest_bytes: int) -> Iterator[Line]:
    """The lines, or the transcripts."""
    lines = _texts(encoded_lines(stream, intake.encoding, longest_bytes), intake)
    if intake.parting is not None:
        yield from _transcripts(lines, intake.parting, longest_bytes)
        return
    for raw, text in lines:
        if isinstance(text, Finding):
            yield without_row(raw.number, raw.offset, raw.size_bytes, text)
        elif text.strip():
            yield Line(raw.number, raw.offset, raw.size_bytes, {"text": text}, iter(()))


def _texts(raws: Iterator[RawLine], intake: Intake) -> Iterator[tuple[RawLine, str | Finding]]:
    for raw in raws:
        if not raw.is_complete:
            yield raw, found("line_too_long", "", f"the line has {raw.size_bytes} bytes")
            continue
        try:
            text = raw.content.decode(intake.encoding.codec)
        except UnicodeDecodeError as error:
            yield raw, undecodable(raw.content, error, intake.encoding)
        else:
            yield raw, (text.removeprefix("\ufeff") if raw.number == 1 else text).rstrip("\r\n")


class _Transcript:
    """The lines of one transcript, as long as it goes on."""

    def __init__(self, longest_bytes: int) -> None:
        self._longest = longest_bytes
        self._first: RawLine | None = None
        self._texts: list[str] = []
        self._findings: list[Finding] = []
        self._blanks = 0
        self._size_bytes = 0

    @property
    def has_begun(self) -> bool:
        return self._first is not None

    def ends_before(self, text: str, parting: Parting) -> bool:
        """Whether a line that says this belongs to the next transcript."""
        if parting is Parting.DASHES:
            return bool(_DASHES.fullmatch(text))
        needed = 2 if parting is Parting.TWO_BLANK_LINES else 1
        return self._blanks >= needed and bool(_HUMAN.match(text))

    def add(self, raw: RawLine, text: str | Finding) -> None:
        self._first = self._first or raw
        self._size_bytes = raw.offset + raw.size_bytes - self._first.offset
        if isinstance(text, Finding):
            self._findings = self._findings or [text]
        elif self._size_bytes > self._longest:
            self._texts.clear()
            message = f"the transcript that begins here has more than {self._longest} bytes"
            self._findings = self._findings or [found("line_too_long", "", message)]
        else:
            self._blanks = 0 if text.strip() else self._blanks + 1
            # A turn stands behind one blank line, however many there were.
            self._texts.append("\n" + text if _TURN.match(text) and not self._blanks_before() else text)

    def line(self) -> Line | None:
        """The row; None if there is nothing but blanks."""
        text = "\n".join(self._texts).strip()
        first, size = self._first, self._size_bytes
        if first is None or not (text or self._findings):
            return None
        row = None if self._findings else {"text": "\n\n" + text}
        return Line(first.number, first.offset, size, row, iter(self._findings))

    def _blanks_before(self) -> bool:
        return bool(self._texts) and not self._texts[-1].strip()


def _transcripts(
    lines: Iterator[tuple[RawLine, str | Finding]], parting: Parting, longest_bytes: int
) -> Iterator[Line]:
    transcript = _Transcript(longest_bytes)
    for raw, text in lines:
        if isinstance(text, str) and transcript.ends_before(text, parting):
            if line := transcript.line():
                yield line
            transcript = _Transcript(longest_bytes)
            if parting is Parting.DASHES:
                continue
        if isinstance(text, Finding) or text.strip() or transcript.has_begun:
            transcript.add(raw, text)
    if line := transcript.line():
        yield line
