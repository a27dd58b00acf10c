"""Reading a file in blocks gives the lines that reading it line by line gives, whatever the file and the blocks are."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import override

from shared.datasets.reading.jsonl import lines_of, read_lines
from shared.datasets.reading.line import Line, RawLine
from shared.datasets.validating.batches import MOST_LINES, Batch, plain_batches

Seen = tuple[int, int, Any, list[Any], bool]

LINE = st.sampled_from(
    [
        *(b"", b" ", b"\t ", b"\xef\xbb\xbf", b"{}", b'{"a": 1}', b' {"a": 2}', b"[1]", b'"text"', b"{'a': 1}", b"\r"),
        *(
            b'{"a": "\xff"}',
            b'{"a": "' + b"x" * 30 + b'"}',
            b"x" * 45,
            b"PK\x03\x04",
            b'{"a": 1}{"b": 2}',
            b'\x0b{"a": 1}',
        ),
    ]
)
END = st.sampled_from([b"\n", b"\n", b"\r\n", b"\r", b"\n\n", b"\n \n"])
FILE = st.lists(st.tuples(LINE, END), max_size=12).map(lambda pairs: b"".join(line + end for line, end in pairs))


def seen(line: Line) -> Seen:
    return line.number, line.offset, line.row, list(line.findings), line.is_blank


def one_by_one(content: bytes, longest: int) -> list[Seen]:
    return [seen(line) for line in read_lines(BytesIO(content), longest)]


def in_blocks(content: bytes, longest: int, block: int) -> Iterator[Seen]:
    for batch in plain_batches(BytesIO(content), longest, block):
        lines = list(map(seen, batch.noted))
        for number, offset, text in zip(batch.numbers, batch.offsets, batch.contents, strict=True):
            lines += map(seen, lines_of([RawLine(number, offset, len(text), text)]))
        yield from sorted(lines, key=lambda line: line[0])


@settings(deadline=None, max_examples=500)
@given(FILE | st.binary(max_size=60), st.sampled_from([5, 30, 1_000]), st.integers(1, 90))
def test_blocks_hold_the_lines_of_the_file(content: bytes, longest: int, block: int) -> None:
    assert list(in_blocks(content, longest, block)) == one_by_one(content, longest)


@settings(deadline=None, max_examples=200)
@given(FILE.filter(lambda content: not content.startswith(b"PK")), st.integers(1, 90))
def test_the_last_batch_ends_where_the_file_ends(content: bytes, block: int) -> None:
    last = [Batch([], [], []), *plain_batches(BytesIO(content), 30, block)][-1]
    lines = content.count(b"\n") + (not content.endswith(b"\n") and content != b"")
    assert last.end == (lines, len(content))


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_ordinary_lines_are_left_to_whoever_reads_many_at_once(end: bytes) -> None:
    batches = list(plain_batches(BytesIO(b'{"a": 1}'.join([b"", *[end] * 100])), block_bytes=200))
    assert [line.number for batch in batches for line in batch.noted] == [1]
    assert sum(len(batch.contents) for batch in batches) == 99


def test_endless_blank_lines_come_in_bounded_batches() -> None:
    content = b"{}\n" + b"\n" * 50_000 + b"{}\n"
    batches = list(plain_batches(BytesIO(content)))
    assert max(len(batch.noted) for batch in batches) <= MOST_LINES
    assert [line.number for batch in batches for line in batch.noted] == list(range(1, 50_003))


class Counted(BytesIO):
    """A file that knows how much of it was asked for at once."""

    most = 0

    @override
    def read(self, size: int | None = -1, /) -> bytes:
        self.most = max(self.most, size if size is not None and size >= 0 else 10**9)
        return super().read(size)

    @override
    def readline(self, size: int | None = -1, /) -> bytes:
        self.most = max(self.most, size if size is not None and size >= 0 else 10**9)
        return super().readline(size)


def test_an_endless_line_is_not_held() -> None:
    file = Counted(b"x" * 1_000_000 + b"\n{}\n")
    (first, second) = plain_batches(file, 1_000, 500)
    assert [line.size_bytes for line in first.noted] == [1_000_001]
    assert (list(second.numbers), second.contents) == ([2], [b"{}"])
    assert file.most == 1_001
