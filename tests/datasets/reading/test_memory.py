"""Files of any size are read in little memory: some 60 MB are made while they are read, of every kind that streams."""

import gzip
import io
import json
import tracemalloc
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from typing_extensions import Buffer, override

from shared.datasets.reading import inspect, read

MEGABYTE = 1024 * 1024
SIZE = 60 * MEGABYTE
MOST_HELD = 12 * MEGABYTE

EXAMPLE = {
    "messages": [
        {"role": "user", "content": "Where is it? " * 15_000},
        {"role": "assistant", "content": "there " * 30_000},
    ]
}
TEXT = json.dumps(EXAMPLE)
PIECES: dict[str, tuple[str, str, str]] = {  # how the file begins, what is repeated, how it ends
    "a.jsonl": ("", TEXT + "\n", ""),
    "pretty.jsonl": ("", json.dumps(EXAMPLE, indent=2) + "\n", ""),
    "a.json": ("[", TEXT + ",\n", TEXT + "]"),
    "minified.json": ('{"data":[', TEXT + ",", TEXT + "]}"),
    "a.csv": ("prompt,completion\n", '"' + "Where, is it? " * 15_000 + '","' + "there, there\n" * 100 + '"\n', ""),
    "a.yaml": ("conversations:\n", "- - " + "Where is it? " * 15_000 + "\n  - " + "there " * 30_000 + "\n", ""),
    "a.txt": ("", "One line of a text. " * 15_000 + "\n", ""),
    "talk.txt": ("", "Human: " + "Where is it? " * 15_000 + "\n" + "Assistant: " + "there " * 30_000 + "\n" + "\n", ""),
}


class Repeating(io.RawIOBase):
    """A file of which only one piece exists; every other is the same."""

    def __init__(self, begins: bytes, piece: bytes, ends: bytes) -> None:
        times = SIZE // len(piece)
        self._piece = piece
        self._end = len(begins) + times * len(piece)
        self._begins, self._ends = begins, ends
        self._at = 0

    @override
    def readable(self) -> bool:
        return True

    @override
    def seekable(self) -> bool:
        return True

    @override
    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        from_where = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._end + len(self._ends)}
        self._at = from_where[whence] + offset
        return self._at

    @override
    def read(self, size: int = -1, /) -> bytes:
        if self._at < len(self._begins):
            given = self._begins[self._at :][:size]
        elif self._at < self._end:
            place = (self._at - len(self._begins)) % len(self._piece)
            several = self._piece[place:] + self._piece * (size // len(self._piece) + 1)
            given = several[: min(size, self._end - self._at)]
        else:
            given = self._ends[self._at - self._end :][:size]
        self._at += len(given)
        return given

    @override
    def readinto(self, buffer: Buffer, /) -> int:
        view = memoryview(buffer).cast("B")
        given = self.read(len(view))
        view[: len(given)] = given
        return len(given)


def count(stream: BinaryIO, filename: str) -> int:
    intake = inspect(stream, filename)
    return sum(line.row is not None or "pretty" in filename for line in read(stream, intake, MEGABYTE))


def held_while(work: Callable[[], int]) -> tuple[int, int]:
    """What the work gives, and the most bytes that were held meanwhile."""
    import_module("yaml")
    tracemalloc.start()
    try:
        return work(), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("filename", PIECES)
def test_memory_does_not_grow_with_the_file(filename: str) -> None:
    begins, piece, ends = (part.encode() for part in PIECES[filename])
    stream = cast("BinaryIO", io.BufferedReader(Repeating(begins, piece, ends)))
    rows, held = held_while(lambda: count(stream, filename))
    expected = SIZE // len(piece)
    assert rows in {expected, expected + 1}
    assert held < MOST_HELD


def test_nor_does_it_with_what_comes_out_of_an_archive(tmp_path: Path) -> None:
    packed = tmp_path / "a.jsonl.gz"
    with gzip.open(packed, "wb", compresslevel=1) as file:
        for number in range(SIZE // len(TEXT)):
            file.write(f"{json.dumps({'number': number})[:-1]}, {TEXT[1:]}\n".encode())
    with packed.open("rb") as stream:
        rows, held = held_while(lambda: count(stream, packed.name))
    assert rows == SIZE // len(TEXT)
    assert held < MOST_HELD
