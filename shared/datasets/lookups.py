"""Two datasets beside one another, by the fingerprints and sketches that were made of them. Reads blobs, never the examples."""

from dataclasses import dataclass

from shared.datasets.comparing import Difference, Overlap, diff, overlap
from shared.datasets.prints import Prints
from shared.datasets.quality.likeness import Likeness, Sketchbook, likenesses_between
from shared.datasets.tables import Dataset
from shared.errors import DatasetNotReady
from shared.storage import Storage


@dataclass(frozen=True, slots=True)
class Leakage:
    """What a held-out dataset has in common with training data. `near` None: one of them was not looked at for that."""

    held_out_examples: int
    overlap: Overlap
    near: tuple[Likeness, ...] | None


def difference(storage: Storage, old: Dataset, new: Dataset) -> Difference:
    """How `new` differs from `old`. Raises DatasetNotReady."""
    return diff(_prints(storage, old), _prints(storage, new))


def leakage(storage: Storage, training: Dataset, held_out: Dataset) -> Leakage:
    """Raises DatasetNotReady."""
    held_out_prints = _prints(storage, held_out)
    near = None
    if training.sketches_key is not None and held_out.sketches_key is not None:
        books = (_sketches(storage, training.sketches_key), _sketches(storage, held_out.sketches_key))
        near = tuple(likenesses_between(*books))
    return Leakage(len(held_out_prints), overlap(_prints(storage, training), held_out_prints), near)


def _prints(storage: Storage, dataset: Dataset) -> Prints:
    if dataset.prints_key is None:
        raise DatasetNotReady(
            f"{dataset.id} is {dataset.status} and cannot be compared. Datasets of earlier releases: "
            f"POST /v1/datasets/{dataset.id}/read makes a version that can.",
            dataset_id=dataset.id,
        )
    with storage.open(dataset.prints_key) as file:
        return Prints.read(file)


def _sketches(storage: Storage, key: str) -> Sketchbook:
    with storage.open(key) as file:
        return Sketchbook.read(file)
