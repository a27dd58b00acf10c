"""A block: the well-formed examples of some two megabytes of a dataset, column by column.

It is what observers see. The one pass over the file makes it out of what it has decoded anyway; `block_of` makes the same
from bytes. It is not checked here: malformed rows have no place in a block.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, chain
from typing import Any

import numpy as np
import xxhash
from numpy.typing import NDArray

from shared.datasets.quality.columns import ASSISTANT, PREFERRED, SYSTEM, Text, texts_of
from shared.datasets.quality.haystack import Haystack
from shared.datasets.shapes import Shape


@dataclass(frozen=True, eq=False)
class Block:
    """Examples 0 … n-1. The texts of example i are `texts[bounds[i]:bounds[i + 1]]`, as `columns.texts_of` has them."""

    shape: Shape
    lines: Sequence[int]  # n, rising: the lines of the source file
    raw: Sequence[bytes]  # n JSON texts
    digests: NDArray[np.uint64]  # n; the same for examples that say the same
    tokens: NDArray[np.int64]  # n, of one encoding
    texts: Sequence[str]
    roles: Sequence[str]  # as many as texts
    bounds: NDArray[np.int64]  # n + 1, from 0 to len(texts)
    beside: Collection[
        int
    ]  # examples that have images or calls of tools beside their texts, which tell them from others

    def __len__(self) -> int:
        return len(self.lines)

    @cached_property
    def answers(self) -> list[str | None]:
        """What each example teaches: its last text if the assistant says it, the preferred one, or None (as in tool calls)."""
        return [None if at is None else self.texts[at] for at in self.answer_places]

    @cached_property
    def answer_places(self) -> list[int | None]:
        """Where in `texts` each answer stands."""
        if self.shape is Shape.PREFERENCE:
            return [self._place_of(PREFERRED, example) for example in range(len(self))]
        lasts = (self.bounds[1:] - 1).tolist()
        return [last if self.roles[last] == ASSISTANT else None for last in lasts]

    def _place_of(self, role: str, example: int) -> int | None:
        start, end = self.bounds[example : example + 2].tolist()
        return next((at for at in range(end - 1, start - 1, -1) if self.roles[at] == role), None)

    @cached_property
    def utf8(self) -> list[bytes]:
        """The texts."""
        return list(map(str.encode, self.texts))

    @cached_property
    def text_digests(self) -> NDArray[np.uint64]:
        """One for each text."""
        return np.fromiter(map(xxhash.xxh3_64_intdigest, self.utf8), np.uint64, len(self.texts))

    @cached_property
    def prompt_digests(self) -> NDArray[np.uint64]:
        """n: of all that is said before the answer, system message and earlier turns with it.

        The digests of the texts summed up, each times a power of an odd number, so that their order counts.
        """
        starts, ends = self.bounds[:-1].tolist(), self.bounds[1:].tolist()
        ends = [end if place is None else place for end, place in zip(ends, self.answer_places, strict=True)]
        places = np.arange(len(self.texts)) - np.repeat(starts, np.diff(self.bounds))
        weighed = self.text_digests * _powers(int(places.max(initial=0)) + 1)[places]
        sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(weighed)])
        digests: NDArray[np.uint64] = sums[ends] - sums[starts]
        return digests

    @cached_property
    def systems(self) -> list[str]:
        """What each example's system message says; "" if there is none. Only one that opens the example counts."""
        return [self.texts[at] if self.roles[at] == SYSTEM else "" for at in self.bounds[:-1].tolist()]

    @cached_property
    def said(self) -> Haystack:
        """All texts but those of system messages (empty in their places), to be searched at once."""
        return Haystack(b"" if role == SYSTEM else text for role, text in zip(self.roles, self.utf8, strict=True))

    def example_of(self, place: int) -> int:
        """To which example `texts[place]` belongs."""
        return int(np.searchsorted(self.bounds, place, side="right")) - 1

    def where(self, place: int) -> str:
        """The JSON pointer to `texts[place]`, into its row."""
        example = self.example_of(place)
        row: dict[str, Any] = json.loads(self.raw[example])
        return list(texts_of(row, self.shape))[place - int(self.bounds[example])].where


def has_more_than_texts(raw: bytes) -> bool:
    """Whether an example may have images or calls of tools."""
    return b'"image_url"' in raw or b'"tool_calls"' in raw or b'"function_call"' in raw


def _powers(number: int) -> NDArray[np.uint64]:
    """The first powers of an odd number, which wrap around and never become nought."""
    factors = np.full(number, 0x9E3779B97F4A7C15, np.uint64)
    factors[0] = 1
    return np.cumprod(factors)


def block_of(shape: Shape, lines: Sequence[int], raw: Sequence[bytes]) -> Block:
    """The block of well-formed rows. Its tokens are guessed from the bytes: who needs them exactly has counted them."""
    examples = [list(texts_of(json.loads(text), shape)) for text in raw]
    flat: list[Text] = list(chain.from_iterable(examples))
    canonical = (json.dumps(json.loads(text), sort_keys=True).encode() for text in raw)
    return Block(
        shape=shape,
        lines=lines,
        raw=raw,
        digests=np.array([xxhash.xxh3_64_intdigest(text) for text in canonical], np.uint64),
        tokens=np.array([len(text) // 4 for text in raw], np.int64),
        texts=[text.text for text in flat],
        roles=[text.role for text in flat],
        bounds=np.array([0, *accumulate(len(example) for example in examples)], np.int64),
        beside={number for number, text in enumerate(raw) if has_more_than_texts(text)},
    )
