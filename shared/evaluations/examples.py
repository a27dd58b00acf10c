"""Which lines of a dataset are asked, and as what: the prompt is all before the last message, which is the reference. Pure."""

import hashlib
import heapq
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

from shared.datasets.reading.jsonl import BYTE_ORDER_MARK, LONGEST_LINE_BYTES, raw_lines

# A larger dataset is sampled from this many lines at its beginning, so that nobody waits long for the answer to a POST.
LINES_LOOKED_AT = 20_000


@dataclass(frozen=True, slots=True)
class Example:
    """One question and the answer that is wanted. `context` is what else of the line belongs to the question (tools)."""

    line: int
    offset: int
    prompt: Sequence[Mapping[str, Any]]
    reference: str
    context: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Choice:
    """The examples that will be asked, by line; how many could have been, and how many lines end without an answer in words."""

    examples: list[Example]
    n_usable: int
    n_skipped: int


def choose(stream: BinaryIO, most: int) -> Choice:
    """At most `most` examples of a valid dataset. The choice depends on line numbers alone: the same dataset, the same lines."""
    seen = {True: 0, False: 0}

    def usable() -> Iterator[Example]:
        for raw in islice(raw_lines(stream), LINES_LOOKED_AT):
            if raw.is_blank:
                continue
            example = read_example(raw.number, raw.offset, raw.content)
            seen[example is not None] += 1
            if example is not None:
                yield example

    chosen = heapq.nsmallest(most, usable(), key=_draw)
    return Choice(sorted(chosen, key=lambda example: example.line), seen[True], seen[False])


def read_examples(stream: BinaryIO, places: Sequence[tuple[int, int]]) -> Iterator[Example]:
    """The examples that stand at these lines and offsets."""
    for line, offset in places:
        stream.seek(offset)
        example = read_example(line, offset, stream.readline(LONGEST_LINE_BYTES))
        if example is None:
            raise ValueError(f"line {line} does not hold the example that was chosen")
        yield example


def read_example(line: int, offset: int, content: bytes) -> Example | None:
    """The example on a line of a valid dataset; None when its last message is not an assistant's text."""
    row = json.loads(content.removeprefix(BYTE_ORDER_MARK))
    *prompt, last = row["messages"]
    reference = last.get("content")
    if last["role"] != "assistant" or not isinstance(reference, str) or not reference.strip() or not prompt:
        return None
    # A weight is for training; in a question providers refuse it.
    asked = [{key: value for key, value in message.items() if key != "weight"} for message in prompt]
    context = {key: row[key] for key in ("tools", "parallel_tool_calls", "functions") if key in row}
    return Example(line, offset, asked, reference, context)


def _draw(example: Example) -> bytes:
    return hashlib.sha256(b"example %d" % example.line).digest()
