"""What goes along with the pass: observers of quality, and the fingerprints that are written."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from shared.datasets.findings import WHOLE_FILE, Finding
from shared.datasets.prints import PrintsWriter
from shared.datasets.quality.block import Block, has_more_than_texts
from shared.datasets.quality.columns import texts_of
from shared.datasets.quality.observer import Panel
from shared.datasets.validating.batches import Batch
from shared.datasets.validating.examples import Examples
from shared.datasets.validating.gathering import InMemory, Keeping

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Companions:
    """How to make what goes along. It is made anew if a file has to be gone through again from its beginning."""

    panel: Callable[[], Panel] | None = None
    prints: Callable[[], PrintsWriter] | None = None
    keeping: Callable[[], Keeping] = InMemory
    """Where findings are kept until they are stored."""


class Observed:
    """What the companions of one pass see, and what they say."""

    def __init__(self, companions: Companions) -> None:
        self._panel = companions.panel() if companions.panel else None
        self._prints = companions.prints() if companions.prints else None
        self._lines: list[Numbers] = []
        self._offsets: list[Numbers] = []

    def see(self, batch: Batch, examples: Examples, tokens: Numbers) -> list[Finding]:
        """`tokens`: of each example, in one encoding. Called for one batch after the other, from any one thread."""
        if self._prints:
            self._prints.add(examples.lines, examples.digests, examples.prompts, tokens)
        if not self._panel or not len(examples):
            return []
        self._lines.append(examples.lines)
        self._offsets.append(examples.offsets)
        said = self._panel.see(block_of_examples(batch, examples, tokens))
        return list(self._placed(said, examples.lines, examples.offsets))

    def conclude(self) -> Iterator[Finding]:
        """What is said at the end, in the order of the lines."""
        if self._panel:
            lines, offsets = _joined(self._lines), _joined(self._offsets)
            said = sorted(self._panel.conclude(), key=lambda placed: placed[0])
            yield from self._placed(said, lines, offsets)

    @property
    def codes(self) -> Counter[str]:
        """How often the observers found what: more than they say."""
        return self._panel.counts if self._panel else Counter()

    def numbers(self) -> dict[str, Any]:
        return self._panel.numbers() if self._panel else {}

    def _placed(self, said: Iterable[tuple[int, Finding]], lines: Numbers, offsets: Numbers) -> Iterator[Finding]:
        for line, finding in said:
            offset = 0 if line == WHOLE_FILE else int(offsets[np.searchsorted(lines, line)])
            yield finding.on_line(line, offset)


def _joined(columns: Sequence[Numbers]) -> Numbers:
    return np.concatenate(columns) if columns else np.zeros(0, np.int64)


def block_of_examples(batch: Batch, examples: Examples, tokens: Numbers) -> Block:
    sound, judged = examples.sound, examples.judged
    raw = [batch.contents[place] for place in sound.places.tolist()]
    beside: set[int] = set()
    if judged:
        raw, texts, roles, sizes = _with_judged(examples, raw)
        ranks = examples.ranks[len(sound.places) :].tolist()
        beside = {rank for rank in ranks if has_more_than_texts(raw[rank])}
    else:
        texts, roles, sizes = sound.texts, sound.roles, sound.sizes.tolist()
    return Block(
        shape=examples.shape,
        lines=examples.lines.tolist(),
        raw=raw,
        digests=examples.digests,
        tokens=tokens,
        texts=texts,
        roles=roles,
        bounds=np.concatenate([[0], np.cumsum(sizes)]),
        beside=beside,
    )


def _with_judged(
    examples: Examples, raw: list[bytes]
) -> tuple[list[bytes], Sequence[str], Sequence[str], Sequence[int]]:
    """The rows of sound and judged examples in the order of the file, their texts and roles, and how many each has."""
    sound = examples.sound
    texts = list(zip(sound.roles, sound.texts, strict=True))
    ends = np.cumsum(sound.sizes).tolist()
    said = [texts[end - size : end] for end, size in zip(ends, sound.sizes.tolist(), strict=True)]
    rows = [one.row or {} for one in examples.judged]
    said += [[(text.role, text.text) for text in texts_of(row, examples.shape)] for row in rows]
    raw = raw + [msgspec.json.encode(row) for row in rows]
    order = np.argsort(examples.ranks).tolist()
    roles, words = zip(*chain.from_iterable(said[place] for place in order), strict=True)
    return [raw[place] for place in order], words, roles, [len(said[place]) for place in order]
