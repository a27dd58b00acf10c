"""The bytes of one request on their way into an upload in parts. They become durable piece by piece, so that a connection that is
cut costs at most what has not become a piece. No database session is held while they stream.

With a digest of the request's own bytes it is all or nothing: they are one piece, kept when the digest is found right.
"""

import hashlib
import secrets
from contextlib import ExitStack, suppress

from shared.datasets.uploads import actions
from shared.datasets.uploads.actions import Arrived
from shared.datasets.uploads.tables import Upload
from shared.db import Database
from shared.errors import DigestMismatch, Problem
from shared.storage import Incoming, Storage
from shared.teams.caller import TeamCaller

PIECE_BYTES = 8 * 2**20


class Appending:
    """What one request adds to an upload, from `offset` on. `sha256` is the digest that it has announced of its own bytes.

    Leave it as a context manager, so that nothing stays behind of a piece that was not kept.
    """

    def __init__(
        self, database: Database, storage: Storage, caller: TeamCaller, upload: Upload, sha256: str | None
    ) -> None:
        self.offset = upload.received_bytes
        self._database, self._storage, self._caller, self._upload = database, storage, caller, upload
        self._expected = sha256
        self._digest = hashlib.sha256()
        self._piece_bytes = 0
        self._incoming: Incoming | None = None
        self._stack = ExitStack()

    def feed(self, chunk: bytes) -> None:
        """Take more bytes. Raises PayloadTooLarge beyond the announced end, what `add_piece` raises, and OSError."""
        if self.offset + self._piece_bytes + len(chunk) > self._upload.size_bytes:
            raise actions.more_than_announced(self._upload.size_bytes)
        if not chunk:
            return  # so a body may end: it begins no piece
        if self._incoming is None:
            self._incoming = self._stack.enter_context(self._storage.incoming())
        self._incoming.write(chunk)
        self._digest.update(chunk)
        self._piece_bytes += len(chunk)
        if self._expected is None and self._piece_bytes >= PIECE_BYTES:
            self._keep()

    def finish(self) -> None:
        """All bytes have come. Raises DigestMismatch, what `add_piece` raises, and OSError."""
        if self._expected not in (None, self._digest.hexdigest()):
            raise DigestMismatch(self._expected or "", self._digest.hexdigest(), "header/content-digest")
        self._keep()

    def stop(self) -> None:
        """The sender is gone: keep what has come, unless its digest can no longer be found right."""
        if self._expected is None:
            self._keep()

    def close(self) -> None:
        """Let go of what was not kept."""
        self._stack.close()

    def _keep(self) -> None:
        if self._incoming is None:
            return
        # The name is nobody else's: of two who send the same piece at once, neither finds the other's bytes under it.
        key = f"{self._upload.folder}/{self.offset}_{secrets.token_hex(8)}"
        self._incoming.keep(key)
        try:
            with self._database.transaction(self._caller.scope) as db:
                arrived = Arrived(self.offset, self._piece_bytes, key)
                actions.add_piece(db, self._upload.id, arrived, self._caller)
        except Problem:
            # Only what was surely refused is deleted at once: after a lost answer of the database the piece may count.
            with suppress(OSError):
                self._storage.delete(key)
            raise
        self.offset += self._piece_bytes
        self._piece_bytes, self._incoming = 0, None
        self._stack.close()
