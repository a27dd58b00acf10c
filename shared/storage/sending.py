"""Sending one large object while it arrives. A store asks for the next part; here the next part is brought to it.

That is why there is a thread: it waits for parts as long as there are more, and ends with the object made or given up. What is
given up is aborted at the store, so that none of its parts stays there unseen and paid for.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from queue import Full, Queue

import obstore
from obstore.store import ObjectStore

from shared.storage.base import StorageIsAway
from shared.storage.faults import sorted_out

PART_BYTES = 8 * 2**20
"""S3 takes 10,000 parts of at least 5 MiB."""

_AT_ONCE = 2
_LOOK_EVERY_SECONDS = 0.2


class _Abandoned(Exception):
    """Told to the store by raising it where the next part was awaited."""


class Sending:
    """An object that is being made. Exactly one of `finish` and `abandon` ends it; to abandon what has ended does nothing."""

    def __init__(self, store: ObjectStore, name: str) -> None:
        self._store, self._name = store, name
        self._parts: Queue[bytes | None] = Queue(maxsize=1)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sending")
        self._outcome = self._thread.submit(self._send)
        self._thread.shutdown(wait=False)

    def send(self, part: bytes) -> None:
        """Hand over more bytes; waits while the store is slower. Raises StorageIsFull or StorageIsAway."""
        self._hand_over(part)

    def finish(self) -> None:
        """Wait until the object is there. Repeating it does nothing. Raises StorageIsFull or StorageIsAway."""
        self._hand_over(b"")
        self._outcome.result()

    def abandon(self) -> None:
        """Give up what is not finished; the store forgets its parts."""
        with suppress(OSError, _Abandoned):
            self._hand_over(None)
            self._outcome.result()

    def _hand_over(self, part: bytes | None) -> None:
        while not self._outcome.done():
            with suppress(Full):
                self._parts.put(part, timeout=_LOOK_EVERY_SECONDS)
                return
        self._outcome.result()

    def _send(self) -> None:
        try:
            with sorted_out():
                obstore.put(
                    self._store,
                    self._name,
                    self._arriving(),
                    use_multipart=True,
                    chunk_size=PART_BYTES,
                    max_concurrency=_AT_ONCE,
                )
        except FileNotFoundError as error:
            raise StorageIsAway("there is no such bucket or container") from error

    def _arriving(self) -> Iterator[bytes]:
        while part := self._parts.get():
            yield part
        if part is None:
            raise _Abandoned
