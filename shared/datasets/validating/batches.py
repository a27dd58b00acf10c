"""Batches of lines: what the pass works on. A plain JSON Lines file becomes batches here; other files do elsewhere.

What lines mean is not decided here but in `reading`; ordinary lines are only kept from going through it one by one.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, chain
from typing import BinaryIO

from shared.datasets.reading.jsonl import lines_of, other_file
from shared.datasets.reading.line import LONGEST_LINE_BYTES, Line, RawLine, without_row
from shared.datasets.reading.raw_lines import skip_to_line_end

BLOCK_BYTES = 700_000
MOST_LINES = 20_000
"""In one batch, of those to be read and of those noted: a megabyte can be a million lines, and each may be found fault with."""


@dataclass(slots=True)
class Batch:
    """Some lines of a dataset, in their order.

    Line `numbers[i]` of the source begins at byte `offsets[i]` of it and holds the JSON text `contents[i]`, without line
    end. `noted` are the lines between them about which reading has something to say already.
    """

    numbers: Sequence[int]
    offsets: Sequence[int]
    contents: list[bytes]
    noted: list[Line] = field(default_factory=list)
    end: tuple[int, int] = (0, 0)
    """The number of the last line, and the bytes of the source up to its end."""


def plain_batches(
    stream: BinaryIO, longest_bytes: int = LONGEST_LINE_BYTES, block_bytes: int = BLOCK_BYTES
) -> Iterator[Batch]:
    """Every line of a file in UTF-8, as `reading.jsonl.read_lines` would give it, a block at once.

    A line over `longest_bytes` is not held whole.
    """
    file = _PlainFile(stream, longest_bytes, block_bytes)
    while file.is_in_the_middle or file.load():
        yield from _portions(file.batch())


def _portions(batch: Batch) -> Iterator[Batch]:
    """The batch in pieces of so many lines, each with what is noted of lines up to its last one."""
    starts = range(MOST_LINES, len(batch.contents), MOST_LINES)
    noted = 0
    for stop in starts:
        lines = slice(stop - MOST_LINES, stop)
        before = bisect_left(batch.noted, batch.numbers[stop], key=lambda line: line.number)
        end = (batch.numbers[stop] - 1, batch.offsets[stop])
        parts = (batch.numbers[lines], batch.offsets[lines], batch.contents[lines], batch.noted[noted:before])
        yield Batch(*parts, end)
        noted = before
    rest = slice(len(starts) * MOST_LINES, None)
    yield Batch(batch.numbers[rest], batch.offsets[rest], batch.contents[rest], batch.noted[noted:], batch.end)


class _PlainFile:
    """Where the reading of a file is: some lines are loaded, and passed on one by one or all at once."""

    def __init__(self, stream: BinaryIO, longest_bytes: int, block_bytes: int) -> None:
        self._stream = stream
        self._longest = longest_bytes
        self._block_bytes = block_bytes
        self._loaded: Batch = Batch([], [], [])
        self._sizes: list[int] = []
        self._raws: Iterator[RawLine] = iter(())
        self._seen_crlf = False
        self._reading: Iterator[Line] = iter(())
        self._is_over = False
        self.is_in_the_middle = False
        """There is more to say of what was loaded than one batch should hold."""

    def load(self) -> bool:
        """The lines that begin in the next block, the last of them read to its end; False if there is none."""
        block = b"" if self._is_over else self._stream.read(self._block_bytes)
        if not block:
            return False
        if not block.endswith(b"\n"):
            block += self._stream.readline(self._longest + 1)
        lines = block.split(b"\n")
        is_ended = not lines[-1]
        if is_ended:
            del lines[-1]
        sizes = [len(line) + 1 for line in lines]
        sizes[-1] -= not is_ended
        if not is_ended and len(lines[-1]) > self._longest:
            sizes[-1] += skip_to_line_end(self._stream, self._longest)
        number, offset = self._loaded.end
        offsets = list(accumulate(sizes, initial=offset))
        end = (number + len(lines), offsets.pop())
        self._loaded = Batch(range(number + 1, number + 1 + len(lines)), offsets, lines, end=end)
        self._sizes = sizes
        self._raws = map(RawLine, self._loaded.numbers, offsets, sizes, lines)
        return True

    def batch(self) -> Batch:
        """What was loaded, and what had to be read on for the last of it."""
        if not self.is_in_the_middle and self._are_ordinary(self._loaded.contents):
            return self._loaded
        numbers: list[int] = []
        offsets: list[int] = []
        contents: list[bytes] = []
        noted: list[Line] = []
        while len(noted) < MOST_LINES:
            if (line := next(self._reading, None)) is not None:
                noted.append(line)
            elif (raw := next(self._raws, None)) is None:  # reading on may have loaded more
                break
            elif self._is_ordinary(raw):
                numbers.append(raw.number)
                offsets.append(raw.offset)
                contents.append(raw.content.removesuffix(b"\r"))
            else:
                self._reading = self._read_on(raw)
        self.is_in_the_middle = len(noted) >= MOST_LINES
        return Batch(numbers, offsets, contents, noted, self._loaded.end)

    def _are_ordinary(self, lines: list[bytes]) -> bool:
        """What is asked of a line, asked of all at once; lines with CR LF are looked at one by one."""
        is_first = self._loaded.numbers[0] == 1
        if is_first or max(map(len, lines)) > self._longest:
            return False
        return {line[:1] for line in lines} == {b"{"} and {line[-1:] for line in lines} == {b"}"}

    def _is_ordinary(self, raw: RawLine) -> bool:
        """Whether there is nothing to say of a line but what its JSON says, and it cannot go on in the next."""
        content = raw.content
        if raw.number == 1 or len(content) > self._longest or not content.startswith(b"{"):
            return False
        return content.rstrip().endswith(b"}") and (self._seen_crlf or not content.endswith(b"\r"))

    def _read_on(self, first: RawLine) -> Iterator[Line]:
        """A line that is not ordinary, and those after it until nothing that follows depends on them any more."""
        if first.number == 1 and (other := other_file(first)):
            self._give_up(first)
            yield without_row(first.number, first.offset, first.size_bytes, other)
            return
        last = first.number
        ends_with_crlf: dict[int, bool] = {}

        def fed() -> Iterator[RawLine]:
            nonlocal last
            for raw in chain([first], self._rest()):
                last = raw.number
                whole = self._with_end(raw)
                ends_with_crlf[last] = whole.content.endswith(b"\r\n")
                yield whole

        for line in lines_of(fed()):
            yield self._told_once(line, ends_with_crlf)
            if line.number == last and not line.is_blank:
                return

    def _rest(self) -> Iterator[RawLine]:
        while True:
            while (raw := next(self._raws, None)) is not None:
                yield raw
            if not self.load():
                return

    def _told_once(self, line: Line, ends_with_crlf: dict[int, bool]) -> Line:
        """Line ends of Windows are told of at the first line that has one."""
        if self._seen_crlf:
            return replace(line, findings=(one for one in line.findings if one.code != "crlf_line_endings"))
        self._seen_crlf = not line.is_blank and ends_with_crlf.get(line.number, False)
        return line

    def _with_end(self, raw: RawLine) -> RawLine:
        """As `raw_lines` gives it: with its line end, or only the beginning of one that is too long."""
        if len(raw.content) > self._longest:
            return replace(raw, content=raw.content[: self._longest])
        return replace(raw, content=raw.content + b"\n") if raw.size_bytes > len(raw.content) else raw

    def _give_up(self, at: RawLine) -> None:
        """This is no file of lines at all: nothing more is read."""
        self._is_over = True
        self._raws = iter(())
        self._loaded.end = (at.number, at.offset + at.size_bytes)
