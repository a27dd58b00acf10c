"""Batches of lines: what the pass works on. A plain JSON Lines file becomes batches here; other files do elsewhere.

What lines mean is not decided here but in `reading`; ordinary lines are only kept from going through it one by one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, chain
from typing import BinaryIO

from shared.datasets.reading.encodings import Encoding
from shared.datasets.reading.jsonl import LONGEST_LINE_BYTES, Line, LineReader, other_file
from shared.datasets.reading.line import RawLine, without_row
from shared.datasets.reading.raw_lines import raw_lines, skip_to_line_end
from shared.datasets.reading.spread import Ahead, Spread, with_spread_records

BLOCK_BYTES = 2_000_000


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
    file = _PlainFile(stream, longest_bytes)
    while not file.has_given_up and (block := stream.read(block_bytes)):
        yield file.batch(block)
    yield Batch([], [], [], list(file.reader.end()), file.end)


class _PlainFile:
    """Where the reading of a file is."""

    def __init__(self, stream: BinaryIO, longest_bytes: int) -> None:
        self.reader = LineReader()
        self.end = (0, 0)
        self.has_given_up = False
        """This is no file of lines at all: nothing more is to be read."""
        self._stream = stream
        self._longest = longest_bytes

    def batch(self, block: bytes) -> Batch:
        """The lines that begin in a block, the last of them read to its end; and more, where an example goes on over lines."""
        number, offset = self.end
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
        offsets = list(accumulate(sizes, initial=offset))
        self.end = (number + len(lines), offsets.pop())
        numbers = range(number + 1, number + 1 + len(lines))
        if number and self._are_ordinary(block, lines):
            return Batch(numbers, offsets, lines, end=self.end)
        return self._sorted_out(map(self._raw, numbers, offsets, sizes, lines))

    def _are_ordinary(self, block: bytes, lines: list[bytes]) -> bool:
        if max(map(len, lines)) > self._longest:
            return False
        if b"\r" in block:
            return all(map(self.reader.is_ordinary, lines))
        # What is asked of one line, asked of all at once.
        starts, ends = {line[:1] for line in lines}, {line[-1:] for line in lines}
        return self.reader.is_ordinary(lines[0]) and starts == {b"{"} and ends == {b"}"}

    def _sorted_out(self, raws: Iterator[RawLine]) -> Batch:
        numbers: list[int] = []
        offsets: list[int] = []
        contents: list[bytes] = []
        noted: list[Line] = []
        until = self.end[0]
        ahead = Ahead(chain(raws, self._further()))
        for one in with_spread_records(ahead, Encoding.UTF_8):
            if isinstance(one, Spread):
                noted.extend(self.reader.read(one))
            elif one.number == 1 and (other := other_file(one)):
                noted.append(without_row(one.number, one.offset, one.size_bytes, other))
                self.has_given_up, self.end = True, (one.number, one.offset + one.size_bytes)
                break
            elif self._is_ordinary(one):
                numbers.append(one.number)
                offsets.append(one.offset)
                contents.append(one.content.removesuffix(b"\n"))
            else:
                noted.extend(self.reader.read(one))
            if _last(one) >= until and ahead.is_empty:
                break
        return Batch(numbers, offsets, contents, noted, self.end)

    def _is_ordinary(self, raw: RawLine) -> bool:
        content = raw.content.removesuffix(b"\n")
        return raw.number > 1 and len(content) <= self._longest and self.reader.is_ordinary(content)

    def _raw(self, number: int, offset: int, size: int, line: bytes) -> RawLine:
        """As `raw_lines` gives it: with its line end, or only the beginning of one that is too long."""
        if len(line) > self._longest:
            return RawLine(number, offset, size, line[: self._longest])
        return RawLine(number, offset, size, line + b"\n" if size > len(line) else line)

    def _further(self) -> Iterator[RawLine]:
        """Lines after the block, read only if somebody looks so far ahead."""
        number, offset = self.end
        for raw in raw_lines(self._stream, self._longest):
            at = replace(raw, number=number + raw.number, offset=offset + raw.offset)
            self.end = (at.number, at.offset + at.size_bytes)
            yield at


def _last(one: RawLine | Spread) -> int:
    return one.raw.number + one.lines - 1 if isinstance(one, Spread) else one.number
