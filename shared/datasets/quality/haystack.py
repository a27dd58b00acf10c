"""Many texts laid end to end as one run of bytes, so that one search goes through all of them.

A NUL stands after each text: well-formed examples hold none.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

END = 0


class Haystack:
    def __init__(self, texts: Iterable[bytes]) -> None:
        self.joined = b"\0".join([*texts, b""])

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Haystack":
        """In UTF-8."""
        # One by one: most are ASCII, or remember being encoded when they were counted. Joined first, one emoji makes all wide.
        return cls(map(str.encode, texts))

    @cached_property
    def bytes(self) -> NDArray[np.uint8]:
        return np.frombuffer(self.joined, np.uint8)

    @cached_property
    def ends(self) -> NDArray[np.int64]:
        """Where each text's NUL stands."""
        return np.flatnonzero(self.bytes == END)

    def which(self, offsets: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
        """The texts in which these bytes stand, by their number."""
        return np.searchsorted(self.ends, np.asarray(offsets, np.int64))
