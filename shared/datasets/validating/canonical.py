"""Examples in canonical form, many at once: two lines each, which are digested to what `prints.fingerprint` says of one.

What the prompt is and what the rest is, is not decided here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_intdigest

Digests = NDArray[np.uint64]

_LINE_END = ord("\n")

encode_lines = msgspec.json.Encoder(order="sorted").encode_lines
"""JSON as `prints.canonical` writes it, a line for each of several values."""


@dataclass(frozen=True, slots=True, eq=False)
class Canonical:
    """n examples."""

    utf8: bytes
    """2n lines of JSON: the prompt of each example, and the rest."""
    digests: Digests  # n: of the whole
    prompts: Digests  # n


def canonical_of(utf8: bytes) -> Canonical:
    """Two lines for each example, each of them with its line end."""
    ends = np.flatnonzero(np.frombuffer(utf8, np.uint8) == _LINE_END).tolist()
    text = memoryview(utf8)
    of_prompts, of_wholes = ends[::2], ends[1::2]
    starts = [0, *(end + 1 for end in of_wholes[:-1])] if ends else []
    wholes = map(text.__getitem__, map(slice, starts, of_wholes))
    prompts = map(text.__getitem__, map(slice, starts, of_prompts))
    return Canonical(utf8, _digested(wholes, len(starts)), _digested(prompts, len(starts)))


def joined(parts: Sequence[Canonical]) -> Canonical:
    return Canonical(
        b"".join([part.utf8 for part in parts]),
        np.concatenate([part.digests for part in parts]),
        np.concatenate([part.prompts for part in parts]),
    )


def _digested(texts: Iterable[memoryview], number: int) -> Digests:
    return np.fromiter(map(xxh3_64_intdigest, texts), np.uint64, number)
