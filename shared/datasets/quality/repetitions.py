"""Which examples of a dataset say the same as an earlier one: exact repetitions, in bounded memory."""

import json
from hashlib import blake2b
from typing import Any

DIGEST_BYTES = 8


class Repetitions:
    """Remembers the first `most` different examples; later ones are compared with these only."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._line_of_digest: dict[int, int] = {}
        self.unchecked = 0  # examples that were not remembered, so that a repetition of them would go unseen

    def first_line_of(self, row: dict[str, Any], line: int) -> int | None:
        """The line that said the same before; otherwise the row is remembered. The order of keys does not matter."""
        digest = _digest(row)
        earlier = self._line_of_digest.get(digest)
        if earlier is None:
            if len(self._line_of_digest) < self._most:
                self._line_of_digest[digest] = line
            else:
                self.unchecked += 1
        return earlier


def _digest(row: dict[str, Any]) -> int:
    # 64 bits: of 100 million files of half a million examples, one would have a false repetition; it is a warning only.
    said = json.dumps(row, sort_keys=True, separators=(",", ":")).encode()
    return int.from_bytes(blake2b(said, digest_size=DIGEST_BYTES).digest())
