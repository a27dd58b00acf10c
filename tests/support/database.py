"""A migrated Postgres database for each test with nothing of another in it: a copy of a template that is made once per test
process, or one that an earlier test had and that was made like new.

The server is an embedded one unless DATABASE_URL names another, whose user must then be a superuser.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

from local import data_folder, postgres
from local.addresses import reroute
from tests.support.washing import look_at

PROJECT = Path(__file__).resolve().parents[2]
# To drop one writes out all that was changed anywhere; to drop several at once costs the same.
DROPPED_TOGETHER = 10
BOOTSTRAP_KEY_VARIABLE = "TUNEWRIGHT_BOOTSTRAP_KEY"


@dataclass(frozen=True)
class Database:
    """One test's own database, as its three roles see it."""

    owner_url: str
    app_url: str
    worker_url: str


class DatabaseServer:
    """A Postgres server for one test process. The names it uses carry the process's id, since servers may be shared."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._name = f"tunewright_test_{os.getpid()}"
        self._numbers = count(1)
        self._ready: list[str] = []
        self._used: list[str] = []
        # Roles belong to the whole server: test processes that share one must agree on their passwords.
        self._password = hashlib.sha256(url.encode()).hexdigest()

    @property
    def template(self) -> str:
        return f"{self._name}_template"

    def describe(self, database: str) -> Database:
        return Database(*(self._url_for(database, role) for role in (postgres.OWNER, "tw_app", "tw_worker")))

    def make_template(self) -> None:
        with self._superuser() as db:
            # Two test processes must not make the same roles at the same moment.
            db.execute("SELECT pg_advisory_lock(hashtext('tunewright tests'))")
            postgres.ensure_owner(db, self._password)
            self._create(db, self.template, "template0")
            self._migrate()
        with self._superuser(self.template) as db:
            self._like_new = look_at(db)

    @contextmanager
    def fresh(self) -> Iterator[Database]:
        name = self._ready.pop() if self._ready else self._copy()
        try:
            yield self.describe(name)
        finally:
            (self._ready if self._is_like_new(name) else self._used).append(name)
            if len(self._used) >= DROPPED_TOGETHER:
                self.drop_used()

    def _copy(self) -> str:
        name = f"{self._name}_{next(self._numbers)}"
        with self._superuser() as db:
            self._create(db, name, self.template)
        return name

    def _is_like_new(self, name: str) -> bool:
        try:
            with self._superuser(name) as db:
                return self._like_new.restore(db)
        except psycopg.Error:
            # Whatever the test did to it: the next one gets another.
            return False

    def drop_used(self) -> None:
        with self._superuser() as db:
            while self._used:
                self._drop(db, self._used.pop())

    def drop_all(self) -> None:
        self._used += self._ready
        self.drop_used()
        with self._superuser() as db:
            self._drop(db, self.template)

    def _drop(self, db: psycopg.Connection, name: str) -> None:
        db.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _create(self, db: psycopg.Connection, name: str, template: str) -> None:
        # Copied by the file system, which is several times faster than through the log for a server that may lose all.
        statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY FILE_COPY")
        names = (sql.Identifier(word) for word in (name, postgres.OWNER, template))
        db.execute(statement.format(*names))

    def _migrate(self) -> None:
        env = {name: value for name, value in os.environ.items() if name != BOOTSTRAP_KEY_VARIABLE} | {
            "DATABASE_URL": self._url_for(self.template, postgres.OWNER),
            "TUNEWRIGHT_APP_PASSWORD": self._password,
            "TUNEWRIGHT_WORKER_PASSWORD": self._password,
        }
        done = subprocess.run(
            [sys.executable, "-m", "migrations"], cwd=PROJECT, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"python -m migrations failed:\n{done.stdout}\n{done.stderr}"

    def _superuser(self, database: str = "") -> psycopg.Connection:
        return psycopg.connect(reroute(self._url, database=database) if database else self._url, autocommit=True)

    def _url_for(self, database: str, role: str) -> str:
        return reroute(self._url, database=database, user=role, password=self._password)


@contextmanager
def database_server(given_url: str | None) -> Iterator[DatabaseServer]:
    if given_url:
        yield from _with_template(DatabaseServer(given_url))
        return
    with (
        data_folder.temporary() as folder,
        postgres.running(folder, "of a server that only this test process can reach", postgres.CARELESS) as server,
    ):
        yield from _with_template(DatabaseServer(server.url("postgres")))


def _with_template(server: DatabaseServer) -> Iterator[DatabaseServer]:
    try:
        server.make_template()
        yield server
    finally:
        server.drop_all()
