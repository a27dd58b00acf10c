"""Where in the uploaded file examples come from. Those of a file that was rewritten know it by the fingerprints beside them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from shared.datasets.moderation.portions import Shown
from shared.datasets.prints import MAGIC, RECORD
from shared.datasets.tables import Dataset
from shared.storage import Storage


def at_their_source(storage: Storage, dataset: Dataset, shown: Sequence[Shown]) -> list[Shown]:
    """The examples with the lines of the uploaded file. Its bytes are not known where it was rewritten: the offset is 0 then."""
    if dataset.examples_key == dataset.storage_key or dataset.prints_key is None or not shown:
        return list(shown)
    first, last = shown[0].place, shown[-1].place
    with storage.open(dataset.prints_key) as prints:
        prints.seek(len(MAGIC) + first * RECORD.itemsize)
        records = np.frombuffer(prints.read((last - first + 1) * RECORD.itemsize), RECORD)
    return [replace(one, line=int(records["line"][one.place - first]), offset=0) for one in shown]
