"""Records and file contents on disk, so that what was accepted is owed after a kill. Without a folder: in memory."""

import hashlib
import json
import sqlite3
from pathlib import Path

from sandbox.wire import Json

_SCHEMA = """
CREATE TABLE IF NOT EXISTS records (kind TEXT, id TEXT, body TEXT NOT NULL, PRIMARY KEY (kind, id));
CREATE TABLE IF NOT EXISTS contents (digest TEXT PRIMARY KEY, content BLOB NOT NULL);
"""


class Store:
    """Each write is its own transaction. The write-ahead log outlives the process, not a power cut: enough here."""

    def __init__(self, folder: Path | None) -> None:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        place = ":memory:" if folder is None else folder / "sandbox.sqlite"
        # Contents are read beside the event loop too; SQLite itself lets one thread in at a time.
        self._database = sqlite3.connect(place, isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=NORMAL")
        self._database.executescript(_SCHEMA)

    def put(self, kind: str, key: str, body: Json) -> None:
        """Insert or replace; a replaced record keeps its place in the order."""
        text = json.dumps(body)
        self._database.execute(
            "INSERT INTO records VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
            (kind, key, text),
        )

    def remove(self, kind: str, key: str) -> None:
        self._database.execute("DELETE FROM records WHERE kind = ? AND id = ?", (kind, key))

    def all(self, kind: str) -> list[Json]:
        rows = self._database.execute("SELECT body FROM records WHERE kind = ? ORDER BY rowid", (kind,))
        return [json.loads(body) for (body,) in rows]

    def keep(self, content: bytes) -> str:
        """Store the bytes and return their digest. They outlive their file: a job goes on after its file is deleted."""
        digest = hashlib.sha256(content).hexdigest()
        self._database.execute("INSERT OR IGNORE INTO contents VALUES (?, ?)", (digest, content))
        return digest

    def content(self, digest: str) -> bytes:
        (content,) = self._database.execute("SELECT content FROM contents WHERE digest = ?", (digest,)).fetchone()
        return bytes(content)

    def close(self) -> None:
        self._database.close()
