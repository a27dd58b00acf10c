"""Validating what has arrived: it is found out what the file is, then it is read once, from beginning to end.

A file that is not plain JSON Lines of training examples is written as such on the way, beside the original.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import chain
from typing import BinaryIO, Self

from shared.connections.queries import encodings_in_use
from shared.datasets import recording
from shared.datasets.asked import Asked, Checks
from shared.datasets.findings.spool import spool
from shared.datasets.prints import PrintsWriter
from shared.datasets.quality.flags import Flags
from shared.datasets.quality.likeness import Sketchbook
from shared.datasets.quality.near_duplicates import NearDuplicates
from shared.datasets.quality.observer import Panel
from shared.datasets.quality.panel import all_observers
from shared.datasets.reading import CannotBeRead, read
from shared.datasets.recording import Bytes, Reading
from shared.datasets.shapes import Shape
from shared.datasets.splitting.request import TRAINING
from shared.datasets.tables import Dataset
from shared.datasets.targets import MOST_GRADED_TRAINING, MOST_GRADED_VALIDATION, targets
from shared.datasets.tokens import Encoding
from shared.datasets.understanding import Understanding, understand
from shared.datasets.validating.batches import Batch, plain_batches
from shared.datasets.validating.converting import converted_batches, of_whole_file, unshaped_batches
from shared.datasets.validation import Companions, Limits, Validation, validate_batches
from worker.context import Context
from worker.datasets.progress import Progress
from worker.datasets.writing import Target, target

MOST_FINDINGS = 1_000_000
"""Of one file; whoever has more of them mends the first million first."""
MOST_FINDINGS_OF_ONE_OBSERVER = 50_000
"""Those that are known only at the end are sorted in memory."""


def validate(context: Context, taken: Dataset) -> None:
    """Read one dataset and record what it is, what is wrong with it, and how many tokens it has."""
    with context.storage.open(taken.blob) as source, _Going(context, taken) as going:
        try:
            understanding = understand(source, taken.filename, going.asked)
        except CannotBeRead as error:
            why = of_whole_file([error.finding])
            validation = going.through(lambda: [why], Shape.CHAT)
            reading = Reading(Shape.CHAT)
        else:
            validation = going.through(lambda: going.batches(source, understanding), understanding.shape)
            reading = going.reading(understanding)
        with context.database.transaction() as db:
            recording.record_validation(db, taken, validation, reading)


class _Going:
    """One going-through of one file, with all that is written meanwhile. What is begun anew is written anew."""

    def __init__(self, context: Context, taken: Dataset) -> None:
        self.asked = Asked.of(taken.asked)
        self._context, self._taken = context, taken
        self._opened = ExitStack()
        self._examples: Target | None = None
        self._prints: Target | None = None
        self._panel: Panel | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def through(self, batches: Callable[[], Iterable[Batch]], shape: Shape) -> Validation:
        companions = Companions(
            panel=self._observers if self.asked.checks is Checks.ALL else None,
            prints=self._fingerprints,
            keeping=lambda: self._opened.enter_context(spool()),
        )
        return validate_batches(batches, self._limits(shape), Progress(self._context, self._taken), companions)

    def batches(self, source: BinaryIO, understanding: Understanding) -> Iterator[Batch]:
        source.seek(0)
        known = of_whole_file(understanding.findings)
        if understanding.is_plain:
            return chain([known], plain_batches(source))
        lines = read(source, understanding.intake)
        if understanding.shaping is None:
            return chain([known], unshaped_batches(lines))
        self._examples = self._target()
        return chain([known], converted_batches(lines, understanding.shaping, self._examples))

    def reading(self, understanding: Understanding) -> Reading:
        """Makes durable what was written."""
        return Reading(
            understanding.shape,
            understanding.as_dict(),
            self._kept_examples() if understanding.shaping else None,
            self._prints.keep().key if self._prints else None,
            self._written(self._panel.observer(NearDuplicates).sketchbook()) if self._panel else None,
            self._written(self._panel.flags) if self._panel else None,
        )

    def _limits(self, shape: Shape) -> Limits:
        is_held_out = (self._taken.derivation or {}).get("split", TRAINING) != TRAINING
        with self._context.database.reading() as db:
            encodings = {Encoding(name): longest for name, longest in encodings_in_use(db).items()}
        most_graded = MOST_GRADED_VALIDATION if is_held_out else MOST_GRADED_TRAINING
        limits = Limits(
            shape=shape, longest_example=encodings, targets=targets(most_graded), max_findings=MOST_FINDINGS
        )
        return replace(limits, fewest_examples=1) if is_held_out else limits

    def _target(self) -> Target:
        return self._opened.enter_context(target(self._context.storage, self._taken.team_id))

    def _fingerprints(self) -> PrintsWriter:
        self._prints = self._target()
        return PrintsWriter(self._prints)

    def _observers(self) -> Panel:
        self._panel = all_observers(MOST_FINDINGS_OF_ONE_OBSERVER)
        return self._panel

    def _kept_examples(self) -> Bytes:
        if self._examples is not None:
            return self._examples.keep()
        assert self._taken.size_bytes is not None
        assert self._taken.sha256 is not None
        return Bytes(self._taken.blob, self._taken.size_bytes, self._taken.sha256)

    def _written(self, what: Sketchbook | Flags) -> str:
        side = self._target()
        what.write(side)
        return side.keep().key
