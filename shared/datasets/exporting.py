"""A dataset's examples as a file for another trainer, piece by piece, and what such a file would lack: what the API hands out."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

from shared.datasets.rewrite import content_lines
from shared.datasets.shapes import Shape
from shared.datasets.shaping.exports.export import CannotExportError as CannotExportError
from shared.datasets.shaping.exports.export import export, find_target
from shared.datasets.shaping.exports.losses import Losses, losses
from shared.datasets.shaping.exports.targets import TARGETS
from shared.datasets.tables import Dataset
from shared.errors import DatasetNotReady
from shared.lifecycles import DatasetStatus
from shared.storage import Storage

EXPORTS = tuple(TARGETS)
MOST_COUNTED_BYTES = 16_000_000
"""Of examples that are gone through to say what a file lacks, before its first byte is sent or in answer: a second's work."""
SAMPLED = 1_000
"""Examples that every form is tried on, where one may ask for all forms at once."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A file on its way out. `lacks` is None of a dataset that is too large to be gone through before."""

    content: Iterator[bytes]
    filename: str
    lacks: Losses | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a form would make of a dataset; `lacks` None: it knows no examples of this shape."""

    name: str
    title: str
    filename: str
    lacks: Losses | None


def exported(storage: Storage, dataset: Dataset, name: str) -> Exported:
    """Raises CannotExportError, or DatasetNotReady: faulty rows are not examples."""
    key, shape = _ready(dataset)
    find_target(name, shape)
    is_small = (dataset.examples_bytes or 0) <= MOST_COUNTED_BYTES
    lacks = losses(_examples(storage.open(key)), shape, name) if is_small else None
    content = export(_examples(storage.open(key)), shape, name, lambda _: None)
    return Exported(content, _filename(dataset, name), lacks)


def outlook(storage: Storage, dataset: Dataset, name: str | None) -> list[Outlook]:
    """What each form would lack of the first examples; with a name, what that one would lack of the first megabytes.

    Raises CannotExportError or DatasetNotReady.
    """
    key, shape = _ready(dataset)
    if name is not None:
        find_target(name, shape)
        return [_outlook(dataset, name, losses(_first(storage.open(key)), shape, name))]
    first = list(islice(_first(storage.open(key)), SAMPLED))
    return [
        _outlook(dataset, one, losses(first, shape, one) if shape in target.writers else None)
        for one, target in TARGETS.items()
    ]


def _outlook(dataset: Dataset, name: str, lacks: Losses | None) -> Outlook:
    return Outlook(name, TARGETS[name].title, _filename(dataset, name), lacks)


def _filename(dataset: Dataset, name: str) -> str:
    return f"{dataset.id}.{name}.{TARGETS[name].framing}"


def _ready(dataset: Dataset) -> tuple[str, Shape]:
    """Where the examples are, and their shape."""
    if dataset.status not in (DatasetStatus.READY, DatasetStatus.ARCHIVED) or dataset.examples_key is None:
        raise DatasetNotReady(f"{dataset.id} is {dataset.status}; only a dataset that is ready is exported.")
    return dataset.examples_key, Shape(dataset.format or Shape.CHAT)


def _first(source: BinaryIO) -> Iterator[dict[str, Any]]:
    """The examples that begin within as many bytes as may be gone through while somebody waits."""
    read = 0
    with source:
        for line in content_lines(source):
            if read >= MOST_COUNTED_BYTES:
                return
            read += len(line)
            if line:
                yield json.loads(line)


def _examples(source: BinaryIO) -> Iterator[dict[str, Any]]:
    with source:
        for line in content_lines(source):
            if line:
                yield json.loads(line)
