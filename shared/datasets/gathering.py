"""What a pass over a dataset gathers, line by line, for the verdicts in `acceptance`. It stays small, however long the file."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

from shared.datasets.acceptance import LINES_NAMED, Found, Sighting, Target
from shared.datasets.shapes import Shape

Key = TypeVar("Key")


class Gathering:
    """Takes what is seen on each line, in the order of lines, and tells at any time what it amounts to."""

    def __init__(self, targets: Sequence[Target]) -> None:
        self._limits: dict[str, set[int]] = defaultdict(set)
        for target in targets:
            if target.encoding is not None and target.max_example_tokens is not None:
                self._limits[target.encoding].add(target.max_example_tokens)
        self._codes = _Seen[str]()
        self._over_long = _Seen[tuple[str, int]]()
        self._with_images = _Seen[None]()

    def note_code(self, code: str, line: int) -> None:
        """A finding; line 0 is the whole file."""
        self._codes.add(code, line)

    def note_length(self, encoding: str, tokens: int, line: int) -> None:
        """How long a well-formed example is in one encoding."""
        for limit in self._limits.get(encoding, ()):
            if tokens > limit:
                self._over_long.add((encoding, limit), line)

    def note_images(self, line: int) -> None:
        """A well-formed example with an image."""
        self._with_images.add(None, line)

    def found(self, shape: Shape, examples: int, size_bytes: int, of_file: Iterable[str] = ()) -> Found:
        """Everything so far. `of_file` are codes of findings that concern the whole file, which are known at its end only."""
        codes = self._codes.sightings()
        for code, count in Counter(of_file).items():
            before = codes.get(code, Sighting())
            codes[code] = Sighting(before.count + count, before.lines)
        return Found(
            shape=shape,
            examples=examples,
            size_bytes=size_bytes,
            codes=codes,
            over_long=self._over_long.sightings(),
            with_images=self._with_images.sightings().get(None, Sighting()),
        )


class _Seen(Generic[Key]):
    """Counts of things, each with the first lines on which it was."""

    def __init__(self) -> None:
        self._counts: Counter[Key] = Counter()
        self._lines: dict[Key, list[int]] = defaultdict(list)

    def add(self, key: Key, line: int) -> None:
        self._counts[key] += 1
        lines = self._lines[key]
        if line and len(lines) < LINES_NAMED and lines[-1:] != [line]:
            lines.append(line)

    def sightings(self) -> dict[Key, Sighting]:
        return {key: Sighting(count, tuple(self._lines[key])) for key, count in self._counts.items()}
