"""Any file gone through as the worker does: looked at, read, shaped, checked, fingerprinted. Nothing is stored."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from shared.datasets.asked import Asked
from shared.datasets.findings.spool import spool
from shared.datasets.prints import PrintsWriter
from shared.datasets.quality.panel import all_observers
from shared.datasets.reading import CannotBeRead, read
from shared.datasets.understanding import Understanding, understand
from shared.datasets.validating.batches import Batch, plain_batches
from shared.datasets.validating.converting import Target, converted_batches, of_whole_file
from shared.datasets.validation import Companions, Limits, Validation, validate_batches


def gone_through(path: Path, limits: Limits) -> Validation:
    """The report; its findings are gone. The shape is found out."""
    with path.open("rb") as file, ExitStack() as opened:
        prints, examples = (opened.enter_context(tempfile.TemporaryFile()) for _ in range(2))
        companions = Companions(all_observers, lambda: PrintsWriter(prints), lambda: opened.enter_context(spool()))
        try:
            understood = understand(file, path.name, Asked())
        except CannotBeRead as error:
            why = of_whole_file([error.finding])
            return validate_batches(lambda: [why], limits, None, companions)
        shaped = replace(limits, shape=understood.shape)
        return validate_batches(lambda: _batches(file, understood, examples), shaped, None, companions)


def _batches(file: BinaryIO, understood: Understanding, examples: Target) -> Iterator[Batch]:
    file.seek(0)
    yield of_whole_file(understood.findings)
    if understood.is_plain:
        yield from plain_batches(file)
    elif understood.shaping is not None:
        yield from converted_batches(read(file, understood.intake), understood.shaping, examples)
