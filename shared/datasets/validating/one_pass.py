"""The pass: batch after batch is read and judged, counted and observed in the background meanwhile, and noted, in its order.

Counting and most of observing need no lock of Python's. A few batches are in memory at once, whatever the size of the file.
Two are counted at a time: one of them goes on where the other waits for the lock, and both where the reader waits for them.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from shared.datasets.acceptance import Found, Sighting, acceptance
from shared.datasets.findings import Finding, found
from shared.datasets.quality.repetitions import Repetitions
from shared.datasets.rules.images import images_in
from shared.datasets.shapes import Shape
from shared.datasets.tokens.fast import THREADS_AT_ONCE, Counter
from shared.datasets.tokens.pieces import ROLES, Mark
from shared.datasets.tokens.statistics import Spread
from shared.datasets.validating.batches import Batch
from shared.datasets.validating.examples import Examples, examples_of
from shared.datasets.validating.gathering import Gathering, Seen
from shared.datasets.validating.limits import Limits
from shared.datasets.validating.numbers import TokenTally
from shared.datasets.validating.observing import Companions, Observed
from shared.datasets.validating.report import Validation
from shared.datasets.validating.sound_chat import sound_chats
from shared.datasets.validating.strict_rows import Judge, Judged

BATCHES_AHEAD = 1
"""Of a stage, before the next one waits for it. So one is counted while the next is read, and two while the reader waits."""

Numbers = NDArray[np.int64]
_LAST_SYSTEM_ROLE = ROLES.index("developer")  # and only "system" is before it


@dataclass(frozen=True, slots=True)
class Prepared:
    """A batch that was judged, while its texts are being counted."""

    batch: Batch
    judged: list[Judged]
    examples: Examples
    counts: Sequence[Future[Numbers]]


@dataclass(frozen=True, slots=True)
class Settled:
    """A batch of which all is known but what the observers say."""

    last_line: int
    findings: list[Finding]
    observed: Future[list[Finding]]


class Pass:
    """One going-through of one file."""

    def __init__(self, limits: Limits, counters: Sequence[Counter], companions: Companions) -> None:
        self._limits = limits
        self._judge = Judge(limits.shape)
        self._tallies = [
            TokenTally(counter, limits.longest_example[counter.encoding], limits.of(counter.encoding))
            for counter in counters
        ]
        self._repetitions = Repetitions(limits.max_compared_examples)
        self._gathering = Gathering(limits.max_findings, companions.keeping)
        self._observed = Observed(companions)
        self._message_counts = Spread()
        self._with_images = Seen()
        self._lines = self._size_bytes = self._rows = self._examples = self._messages = self._without_system = 0

    def go(self, batches: Iterable[Batch]) -> Iterator[int]:
        """Yields the lines that are done with. Raises CounterDisagreesError."""
        waiting: deque[Prepared] = deque()
        settled: deque[Settled] = deque()
        with ExitStack() as threads:
            of_each = max(1, THREADS_AT_ONCE // len(self._tallies))
            counting = [threads.enter_context(_Threads(of_each, "counting")) for _ in self._tallies]
            observing = threads.enter_context(_Threads(1, "observing"))
            for batch in batches:
                waiting.append(self._prepare(batch, counting))
                if len(waiting) > BATCHES_AHEAD:
                    settled.append(self._settle(waiting.popleft(), observing))
                if len(settled) > BATCHES_AHEAD:
                    yield self._gather(settled.popleft())
            settled.extend(self._settle(prepared, observing) for prepared in waiting)
            for one in settled:
                yield self._gather(one)

    def result(self) -> Validation:
        """The report; to be asked once, at the end."""
        gathering = self._gathering
        gathering.add(self._of_whole_file())
        gathering.conclude()
        for finding in self._observed.conclude():
            gathering.keep(finding)
        gathering.codes.update(self._observed.codes)
        codes = gathering.codes
        kept = gathering.kept
        return Validation(
            lines=self._lines,
            size_bytes=self._size_bytes,
            examples=self._examples,
            messages=self._messages,
            message_quantiles=self._message_counts.quantiles(),
            tokens={tally.counter.encoding: tally.statistics() for tally in self._tallies},
            findings=kept,
            findings_omitted=codes.total() - len(kept),
            codes=dict(sorted(codes.items())),
            quality=self._observed.numbers(),
            acceptance=acceptance(self._found(), self._limits.targets),
        )

    def _found(self) -> Found:
        return Found(
            shape=self._limits.shape,
            examples=self._examples,
            size_bytes=self._size_bytes,
            codes=self._gathering.sightings(),
            over_long={
                (tally.counter.encoding, one.limit): Sighting(one.examples, one.lines)
                for tally in self._tallies
                for one in tally.statistics().truncations
            },
            with_images=self._with_images.sighting(),
        )

    def _prepare(self, batch: Batch, counting: Sequence[ThreadPoolExecutor]) -> Prepared:
        sound = sound_chats(batch.contents if self._limits.shape is Shape.CHAT else [])
        is_open = np.ones(len(batch.contents), bool)
        is_open[sound.places] = False
        judged = [
            self._judge.text(batch.numbers[place], batch.offsets[place], batch.contents[place])
            for place in np.flatnonzero(is_open).tolist()
        ]
        judged += [self._judge.line(line) for line in batch.noted]
        judged.sort(key=lambda one: one.line)
        examples = examples_of(self._limits.shape, batch, sound, judged)
        pieces = examples.pieces
        recurring = np.flatnonzero(pieces.roles <= _LAST_SYSTEM_ROLE).tolist()
        counts = [
            threads.submit(tally.counter.count, pieces.texts, pieces.utf8, recurring)
            for tally, threads in zip(self._tallies, counting, strict=True)
        ]
        return Prepared(batch, judged, examples, counts)

    def _settle(self, prepared: Prepared, observing: ThreadPoolExecutor) -> Settled:
        batch, examples = prepared.batch, prepared.examples
        lengths = [
            tally.add(examples, counts.result()) for tally, counts in zip(self._tallies, prepared.counts, strict=True)
        ]
        observed = observing.submit(self._observed.see, batch, examples, lengths[0])
        self._add_up(batch, examples)
        self._with_images.add(one.line for one in examples.judged if one.row and images_in(one.row))
        findings = [finding for one in prepared.judged for finding in one.findings]
        findings += self._over_long(examples, lengths)
        findings += self._repeated(examples)
        return Settled(self._lines, findings, observed)

    def _gather(self, settled: Settled) -> int:
        """In the order of the lines, whoever found what; what observers find is counted by themselves."""
        self._gathering.codes.update(finding.code for finding in settled.findings)
        for finding in sorted(chain(settled.findings, settled.observed.result()), key=lambda finding: finding.line):
            self._gathering.keep(finding)
        return settled.last_line

    def _add_up(self, batch: Batch, examples: Examples) -> None:
        noted = batch.noted
        self._lines = max([self._lines, *batch.numbers[-1:], *(line.number for line in noted[-1:])])
        self._size_bytes = batch.end[1]
        self._rows += len(batch.contents) + sum(not line.is_blank for line in noted)
        self._examples += len(examples)
        pieces = examples.pieces
        opens = (pieces.marks & Mark.OPENS_MESSAGE) != 0
        messages = np.bincount(pieces.owners[opens], minlength=len(examples))
        self._messages += int(messages.sum())
        self._message_counts.add(messages)
        if self._limits.shape is not Shape.COMPLETION:
            of_system = pieces.owners[pieces.roles <= _LAST_SYSTEM_ROLE]
            self._without_system += len(examples) - int(np.count_nonzero(np.bincount(of_system)))

    def _over_long(self, examples: Examples, lengths: Sequence[Numbers]) -> Iterator[Finding]:
        is_over = [numbers > tally.longest_example for numbers, tally in zip(lengths, self._tallies, strict=True)]
        for place in np.flatnonzero(np.any(is_over, axis=0)).tolist():
            too_long_in = [
                f"{numbers[place]} tokens of {tally.counter.encoding}, over {tally.longest_example}"
                for numbers, tally, over in zip(lengths, self._tallies, is_over, strict=True)
                if over[place]
            ]
            code = "example_too_long" if len(too_long_in) == len(self._tallies) else "example_too_long_for_some"
            yield found(code, "", "; ".join(too_long_in)).on_line(*_at(examples, place))

    def _repeated(self, examples: Examples) -> Iterator[Finding]:
        earlier = self._repetitions.earlier_lines(examples.digests, examples.lines)
        for place in np.flatnonzero(earlier).tolist():
            message = f"line {earlier[place]} holds the same example"
            yield found("duplicate_example", "", message).on_line(*_at(examples, place))

    def _of_whole_file(self) -> Iterator[Finding]:
        limits = self._limits
        if self._size_bytes > limits.max_file_bytes:
            message = f"the file has {self._size_bytes} bytes; {limits.max_file_bytes} are taken"
            yield found("file_too_large", "", message)
        if not self._rows:
            # What could not be read is not empty for that.
            if not self._gathering.has_error_of_file:
                yield found("empty_file", "", "there is no line with anything in it")
        elif self._rows < limits.fewest_examples and "not_a_text_file" not in self._gathering.codes:
            # Faulty examples count here: they are to be mended, not replaced.
            message = f"the file has {self._rows} examples; at least {limits.fewest_examples} are needed"
            yield found("too_few_examples", "", message)
        if self._without_system:
            yield found("no_system_message", "", f"{self._without_system} examples have no system message")
        if self._repetitions.unchecked:
            message = f"{self._repetitions.unchecked} examples were compared only with those before them"
            yield found("duplicates_unchecked", "", message)


class _Threads(ThreadPoolExecutor):
    """Threads that finish what they have begun, and no more."""

    @override
    def __exit__(self, *_: object) -> None:
        self.shutdown(cancel_futures=True)


def _at(examples: Examples, place: int) -> tuple[int, int]:
    return int(examples.lines[place]), int(examples.offsets[place])
