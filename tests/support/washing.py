"""A test's database made like new again: its rows as the migrations left them, nobody connected, its sequences at their beginning.

Several times cheaper than another copy of the template. A database whose schema was touched is not mended: it is given up.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import psycopg
from psycopg import sql

# Each change of a schema writes a row into one of these; a row's xmin stays as it is when only its use is recorded in it.
_CATALOGUES = (
    "pg_class",
    "pg_attribute",
    "pg_proc",
    "pg_policy",
    "pg_trigger",
    "pg_constraint",
    "pg_namespace",
    "pg_type",
)
# What was deleted is still read over; a database that held this much more than the template is not worth sweeping.
_MOST_GROWTH_BYTES = 16 * 2**20

_TABLES = (
    "SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
)
_SEQUENCES = "SELECT setval(seqrelid, seqstart, false) FROM pg_sequence"
_LEAVE = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@dataclass(frozen=True)
class LikeNew:
    """What a database looks like before its first test: the contents of each table, its schema's mark and its size in bytes."""

    rows: Mapping[str, bytes]
    schema: tuple[object, ...]
    n_bytes: int

    def restore(self, db: psycopg.Connection) -> bool:
        """Make the database of this superuser's connection like new; False when it cannot be, and must not be used again."""
        db.execute(_LEAVE)
        if _schema(db) != self.schema or _size(db) > self.n_bytes + _MOST_GROWTH_BYTES:
            return False
        with db.transaction():
            # Without triggers and foreign keys: what only grows for us must go here.
            db.execute("SET LOCAL session_replication_role = replica")
            for table, rows in self.rows.items():
                db.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
                _fill(db, table, rows)
            db.execute(_SEQUENCES)
        return True


def look_at(db: psycopg.Connection) -> LikeNew:
    """Remember the database of this connection, which nobody has used yet."""
    tables = [str(name).strip('"') for (name,) in db.execute(_TABLES)]
    return LikeNew({table: _contents(db, table) for table in tables}, _schema(db), _size(db))


def _contents(db: psycopg.Connection, table: str) -> bytes:
    if db.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier(table))).fetchone() is None:
        return b""
    with db.cursor().copy(sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier(table))) as copied:
        return b"".join(bytes(part) for part in copied)


def _fill(db: psycopg.Connection, table: str, rows: bytes) -> None:
    if rows:
        with db.cursor().copy(sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(sql.Identifier(table))) as copy:
            copy.write(rows)


def _schema(db: psycopg.Connection) -> tuple[object, ...]:
    counted = (
        sql.SQL("(SELECT (count(*), max(xmin::text::bigint))::text FROM {})").format(sql.Identifier(name))
        for name in _CATALOGUES
    )
    return db.execute(sql.SQL("SELECT {}").format(sql.SQL(", ").join(counted))).fetchone() or ()


def _size(db: psycopg.Connection) -> int:
    found = db.execute("SELECT pg_database_size(current_database())").fetchone()
    assert found
    return int(found[0])
