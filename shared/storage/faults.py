"""What goes wrong in an object store, in the three words that callers know: not there, no room, away."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from obstore.exceptions import BaseError

from shared.storage.base import StorageIsAway, StorageIsFull

_NO_ROOM = re.compile(r"507 Insufficient Storage|QuotaExceeded|StorageFull|AccountIsFull|NotEnoughSpace", re.IGNORECASE)


@contextmanager
def sorted_out() -> Iterator[None]:
    """Let the store's own errors out as StorageIsFull or StorageIsAway; FileNotFoundError passes."""
    try:
        yield
    except BaseError as error:
        told = str(error)
        if _NO_ROOM.search(told):
            raise StorageIsFull from error
        # The first line says what was asked and how it failed; what follows draws the error's insides.
        raise StorageIsAway(told.partition("\n")[0]) from error
