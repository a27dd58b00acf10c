"""What one pass over a dataset says of it: every finding, how much there is of what, and who would take it.

Memory does not grow with the file. It reads bytes and computes; storing the report is the worker's part.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import chain, islice
from typing import Any, BinaryIO

from shared.datasets.acceptance import ANY_MODEL, Acceptance, Target, acceptance
from shared.datasets.findings import FINDING_CODES, Finding, Severity, found
from shared.datasets.gathering import Gathering
from shared.datasets.quality.repetitions import Repetitions
from shared.datasets.reading.jsonl import LONGEST_LINE_BYTES, Line, Row, read_lines
from shared.datasets.rules import check
from shared.datasets.rules.images import images_in
from shared.datasets.shapes import Shape
from shared.datasets.tokens import Encoding, count_example
from shared.datasets.tokens.statistics import TokenStatistics, TokenTally

MOST_FINDINGS_PER_LINE = 1_000
LINES_PER_REPORT = 500


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may be. The longest example is, per encoding, that of the most patient model using the encoding."""

    longest_example: Mapping[Encoding, int] = field(
        default_factory=lambda: {Encoding.O200K_BASE: 65_536, Encoding.CL100K_BASE: 16_385}
    )
    fewest_examples: int = 10
    max_file_bytes: int = 512_000_000
    max_line_bytes: int = LONGEST_LINE_BYTES
    max_findings: int = 10_000
    max_compared_examples: int = 500_000  # takes some 50 MB
    targets: Sequence[Target] = ANY_MODEL  # of which the report says whether they would take the file


@dataclass(frozen=True, slots=True)
class Validation:
    """The whole report. `codes` counts every finding; `findings` holds the first of them, as many as the limits say."""

    lines: int
    size_bytes: int  # as far as the file was read
    examples: int  # well-formed ones; only these are counted in the numbers that follow
    messages: int
    tokens: dict[Encoding, TokenStatistics]
    findings: tuple[Finding, ...]
    findings_omitted: int
    codes: dict[str, int]
    acceptance: tuple[Acceptance, ...]

    @property
    def ready(self) -> bool:
        return not any(FINDING_CODES[code].severity is Severity.ERROR for code in self.codes)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"ready": self.ready, **asdict(self)}


def validate(
    stream: BinaryIO, limits: Limits | None = None, on_progress: Callable[[int], None] | None = None
) -> Validation:
    """Reads the file to its end. `on_progress` hears the number of lines read, every few hundred lines."""
    limits = limits or Limits()
    validator = Validator(limits)
    for read, line in enumerate(read_lines(stream, limits.max_line_bytes), start=1):
        validator.feed(line)
        if on_progress and read % LINES_PER_REPORT == 0:
            on_progress(line.number)
    return validator.result()


class Validator:
    """Takes the lines of one file, in their order, and tells at any time what they amount to."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._findings: list[Finding] = []
        self._codes: Counter[str] = Counter()
        self._gathering = Gathering(limits.targets)
        self._tallies = {encoding: TokenTally(longest) for encoding, longest in limits.longest_example.items()}
        self._repetitions = Repetitions(limits.max_compared_examples)
        self._lines = self._size_bytes = self._rows = self._examples = self._messages = self._without_system = 0

    def feed(self, line: Line) -> None:
        self._lines = line.number
        self._size_bytes = line.offset + line.size_bytes
        self._rows += not line.is_blank
        of_row = check(line.row, Shape.CHAT) if line.row is not None else iter(())
        is_refused = self._note_all(line, chain(line.findings, of_row))
        if line.row is not None and not is_refused:
            self._note_all(line, self._examine(line.row, line.number))

    def result(self) -> Validation:
        of_file = tuple(self._of_whole_file())
        codes = self._codes + Counter(finding.code for finding in of_file)
        of_file_codes = [finding.code for finding in of_file]
        gathered = self._gathering.found(Shape.CHAT, self._examples, self._size_bytes, of_file_codes)
        kept = (of_file + tuple(self._findings))[: self._limits.max_findings]
        return Validation(
            lines=self._lines,
            size_bytes=self._size_bytes,
            examples=self._examples,
            messages=self._messages,
            tokens={encoding: tally.statistics() for encoding, tally in self._tallies.items()},
            findings=kept,
            findings_omitted=codes.total() - len(kept),
            codes=dict(sorted(codes.items())),
            acceptance=acceptance(gathered, self._limits.targets),
        )

    def _note_all(self, line: Line, findings: Iterator[Finding]) -> bool:
        """Whether there was an error among them."""
        is_refused = False
        for finding in islice(findings, MOST_FINDINGS_PER_LINE):
            is_refused = is_refused or finding.severity is Severity.ERROR
            self._note(finding.on_line(line.number, line.offset))
        if next(findings, None):
            message = f"this line has more than {MOST_FINDINGS_PER_LINE} findings"
            self._note(found("too_many_findings_in_line", "", message).on_line(line.number, line.offset))
            is_refused = True
        return is_refused

    def _note(self, finding: Finding) -> None:
        self._codes[finding.code] += 1
        self._gathering.note_code(finding.code, finding.line)
        if len(self._findings) < self._limits.max_findings:
            self._findings.append(finding)

    def _examine(self, row: Row, line: int) -> Iterator[Finding]:
        self._examples += 1
        self._messages += len(row["messages"])
        self._without_system += not any(message["role"] in ("system", "developer") for message in row["messages"])
        if images_in(row):
            self._gathering.note_images(line)
        yield from self._length(row, line)
        earlier = self._repetitions.first_line_of(row, line)
        if earlier is not None:
            yield found("duplicate_example", "", f"line {earlier} holds the same example")

    def _length(self, row: Row, line: int) -> Iterator[Finding]:
        too_long_in = []
        for encoding, tally in self._tallies.items():
            example = count_example(row, encoding)
            tally.add(example)
            self._gathering.note_length(encoding, example.total, line)
            if tally.is_over_long(example):
                too_long_in.append(f"{example.total} tokens of {encoding}, over {tally.longest_example}")
        if too_long_in:
            code = "example_too_long" if len(too_long_in) == len(self._tallies) else "example_too_long_for_some"
            yield found(code, "", "; ".join(too_long_in))

    def _of_whole_file(self) -> Iterator[Finding]:
        limits = self._limits
        if self._size_bytes > limits.max_file_bytes:
            message = f"the file has {self._size_bytes} bytes; {limits.max_file_bytes} are taken"
            yield found("file_too_large", "", message)
        if not self._rows:
            yield found("empty_file", "", "there is no line with anything in it")
        elif self._rows < limits.fewest_examples and "not_a_text_file" not in self._codes:
            # Faulty examples count here: they are to be mended, not replaced.
            message = f"the file has {self._rows} examples; at least {limits.fewest_examples} are needed"
            yield found("too_few_examples", "", message)
        if self._without_system:
            yield found("no_system_message", "", f"{self._without_system} examples have no system message")
        if self._repetitions.unchecked:
            message = f"{self._repetitions.unchecked} examples were compared only with those before them"
            yield found("duplicates_unchecked", "", message)
