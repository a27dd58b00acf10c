"""Which examples of a dataset are shown, when not all of them are. Pure: the same numbers, the same choice."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sample:
    """`wanted` of `total` examples, or all of them where there are fewer: the file is cut into as many equal parts, and a hash
    draws one example of each. So the whole file has its share, and a file that repeats itself every few lines does not mislead.
    """

    wanted: int
    total: int

    @property
    def size(self) -> int:
        """How many examples are chosen."""
        return min(self.wanted, self.total)

    def takes(self, place: int) -> bool:
        """Whether the example at a place (from 0 to total - 1) is chosen."""
        return 0 <= place < self.total and place == self._drawn(((place + 1) * self.size - 1) // self.total)

    def is_over(self, place: int) -> bool:
        """Whether nothing from this place on is chosen."""
        return self.size == 0 or place > self._drawn(self.size - 1)

    def _drawn(self, part: int) -> int:
        begin, end = part * self.total // self.size, (part + 1) * self.total // self.size
        digest = hashlib.sha256(b"part %d of %d" % (part, self.size)).digest()
        return begin + int.from_bytes(digest[:8]) % (end - begin)
