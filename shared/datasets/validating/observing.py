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
from shared.datasets.quality.block import Block
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

    def see(self, batch: Batch, examples: Examples, tokens: Numbers) -> Iterator[Finding]:
        """`tokens`: of each example, in one encoding."""
        if self._prints:
            self._prints.add(examples.lines, examples.digests, examples.prompts, tokens)
        if self._panel and len(examples):
            self._lines.append(examples.lines)
            self._offsets.append(examples.offsets)
            yield from self._placed(
                self._panel.see(block_of_examples(batch, examples, tokens)), examples.lines, examples.offsets
            )

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
    texts = list(zip(sound.roles, sound.texts, strict=True))
    ends = np.cumsum(sound.sizes).tolist()
    said = (
        [texts[end - size : end] for end, size in zip(ends, sound.sizes.tolist(), strict=True)] if judged else [texts]
    )
    for one in judged:
        raw.append(msgspec.json.encode(one.row))
        said.append([(text.role, text.text) for text in texts_of(one.row or {}, examples.shape)])
    sizes = np.array([*sound.sizes.tolist(), *(len(of_one) for of_one in said[len(said) - len(judged) :])], np.int64)
    order = np.argsort(examples.ranks)
    flat = chain.from_iterable(said[place] for place in order.tolist()) if judged else texts
    roles, words = zip(*flat, strict=True)
    return Block(
        shape=examples.shape,
        lines=examples.lines.tolist(),
        raw=[raw[place] for place in order.tolist()],
        digests=examples.digests,
        tokens=tokens,
        texts=words,
        roles=roles,
        bounds=np.concatenate([[0], np.cumsum(sizes[order])]),
    )
