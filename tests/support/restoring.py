"""A database that is put back to an earlier day, in place: what a restored dump does to the rows, and to nothing else."""

import psycopg
from psycopg.sql import SQL, Identifier

from shared.db import Row

_TABLES = [table.name for table in Row.metadata.sorted_tables]
"""Whoever is referred to comes first."""


def remember(owner_url: str) -> None:
    """Keep all rows as they are now."""
    with psycopg.connect(owner_url) as db:
        db.execute("CREATE SCHEMA past")
        for name in map(Identifier, _TABLES):
            db.execute(SQL("CREATE TABLE past.{} AS TABLE public.{}").format(name, name))


def put_back(owner_url: str) -> None:
    """Make all rows what they were."""
    with psycopg.connect(owner_url) as db:
        for name in map(Identifier, _TABLES):
            db.execute(SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(name))
        db.execute(SQL("TRUNCATE {} CASCADE").format(SQL(", ").join(map(Identifier, _TABLES))))
        for name in map(Identifier, _TABLES):
            db.execute(SQL("INSERT INTO public.{} SELECT * FROM past.{}").format(name, name))
            db.execute(SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(name))
        db.execute("DROP SCHEMA past CASCADE")
