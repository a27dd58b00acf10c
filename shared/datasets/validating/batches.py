"""Batches of lines: what the pass works on. A plain JSON Lines file becomes batches here; other files do elsewhere.

What lines mean is not decided here but in `reading`; ordinary lines are only kept from going through it one by one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import BinaryIO

from shared.datasets.reading.jsonl import LONGEST_LINE_BYTES, Line, LineReader, RawLine, skip_to_line_end

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
    while not file.reader.has_given_up and (block := stream.read(block_bytes)):
        yield file.batch(block)
    yield Batch([], [], [], list(file.reader.end()), file.end)


class _PlainFile:
    """Where the reading of a file is."""

    def __init__(self, stream: BinaryIO, longest_bytes: int) -> None:
        self.reader = LineReader()
        self.end = (0, 0)
        self._stream = stream
        self._longest = longest_bytes

    def batch(self, block: bytes) -> Batch:
        """The lines that begin in a block, the last of them read to its end."""
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
        raws = map(RawLine, numbers, offsets, sizes, lines)
        return self._sorted_out(raws)

    def _are_ordinary(self, block: bytes, lines: list[bytes]) -> bool:
        if max(map(len, lines)) > self._longest:
            return False
        if b"\r" in block:
            return all(map(self.reader.is_ordinary, lines))
        # What is asked of one line, asked of all at once.
        return self.reader.is_ordinary(lines[0]) and {line[:1] for line in lines} == {b"{"}

    def _sorted_out(self, raws: Iterable[RawLine]) -> Batch:
        numbers: list[int] = []
        offsets: list[int] = []
        contents: list[bytes] = []
        noted: list[Line] = []
        for raw in raws:
            if raw.number > 1 and len(raw.content) <= self._longest and self.reader.is_ordinary(raw.content):
                numbers.append(raw.number)
                offsets.append(raw.offset)
                contents.append(raw.content)
            else:
                noted.extend(self.reader.read(self._with_end(raw)))
                if self.reader.has_given_up:
                    self.end = (raw.number, raw.offset + raw.size_bytes)
                    break
        return Batch(numbers, offsets, contents, noted, self.end)

    def _with_end(self, raw: RawLine) -> RawLine:
        """As `raw_lines` gives it: with its line end, or only the beginning of one that is too long."""
        if len(raw.content) > self._longest:
            return replace(raw, content=raw.content[: self._longest])
        return replace(raw, content=raw.content + b"\n") if raw.size_bytes > len(raw.content) else raw
