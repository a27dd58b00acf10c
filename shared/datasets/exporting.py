"""A dataset's examples as a file for another trainer, piece by piece: what the API hands out."""

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from shared.datasets.rewrite import content_lines
from shared.datasets.shapes import Shape
from shared.datasets.shaping.exports.export import CannotExportError as CannotExportError
from shared.datasets.shaping.exports.export import export, find_target
from shared.datasets.shaping.exports.targets import TARGETS
from shared.datasets.tables import Dataset
from shared.errors import DatasetNotReady
from shared.lifecycles import DatasetStatus
from shared.storage import Storage

EXPORTS = tuple(TARGETS)


def exported(storage: Storage, dataset: Dataset, name: str) -> tuple[Iterator[bytes], str]:
    """The bytes of the file, and what to call it. Raises CannotExportError, or DatasetNotReady: faulty rows are not examples."""
    if dataset.status not in (DatasetStatus.READY, DatasetStatus.ARCHIVED) or dataset.examples_key is None:
        raise DatasetNotReady(f"{dataset.id} is {dataset.status}; only a dataset that is ready is exported.")
    shape = Shape(dataset.format or Shape.CHAT)
    target = find_target(name, shape)
    examples = _examples(storage.open(dataset.examples_key))
    return export(examples, shape, name, lambda _: None), f"{dataset.id}.{name}.{target.framing}"


def _examples(source: BinaryIO) -> Iterator[dict[str, Any]]:
    with source:
        for line in content_lines(source):
            if line:
                yield json.loads(line)
