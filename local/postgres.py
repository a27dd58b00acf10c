"""The embedded Postgres: made once, started, asked, stopped. Knows no table of ours.

It listens on a socket that only its own user may open and asks everyone for a password. The service's owner role is not
a superuser, as in a real installation: what the migrations may not do there they cannot do here either.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT
from urllib.parse import quote

import psycopg
from psycopg import sql

from local import environment
from local.binaries import postgres_folder, service_user
from local.data_folder import DataFolder
from local.folders import give_to_server, private_file, private_folder, socket_folder
from local.processes import Process, Program, run, wait_until_ready

SUPERUSER = "postgres"
OWNER = "tw_owner"
DATABASE = "tunewright"
# A lost disk write costs a test nothing, and waiting for each costs it minutes.
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")


@dataclass(frozen=True)
class Postgres:
    """A running server. `process` is for those who stop or kill it."""

    sockets: Path
    superuser_password: str
    process: Process

    def url(self, database: str, user: str = SUPERUSER, password: str | None = None) -> str:
        return server_url(self.sockets, database, user, password or self.superuser_password)


def server_url(sockets: Path, database: str, user: str, password: str) -> str:
    return f"postgresql://{user}:{quote(password, safe='')}@/{database}?host={quote(str(sockets), safe='/')}"


@contextmanager
def running(folder: DataFolder, superuser_password: str, settings: tuple[str, ...] = ()) -> Iterator[Postgres]:
    """A server over the folder's `postgres`, made when absent; ready when this yields, stopped when it is left."""
    if not (folder.path / "postgres").exists():
        _initialise(folder, superuser_password)
    with socket_folder(folder.path / "sockets") as sockets:
        process = Process(_server(folder.path / "postgres", sockets, superuser_password, settings), folder)
        try:
            wait_until_ready([process])
            yield Postgres(sockets, superuser_password, process)
        finally:
            process.stop()


def create_service_database(server: Postgres, owner_password: str) -> None:
    """The service's own database and the role that owns it. Asked again it changes nothing but the password."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as db:
        ensure_owner(db, owner_password)
        if not db.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchall():
            db.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))


def ensure_owner(db: psycopg.Connection, password: str) -> None:
    """The role that the migrations run as: it may make roles, and is no superuser."""
    if not db.execute("SELECT FROM pg_roles WHERE rolname = %s", [OWNER]).fetchall():
        db.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEROLE").format(sql.Identifier(OWNER)))
    db.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(OWNER), sql.Literal(password)))


def _initialise(folder: DataFolder, superuser_password: str) -> None:
    """Made beside its place and then moved, so that a folder with the right name is a whole one."""
    unfinished = folder.path / "postgres.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    private_folder(unfinished)
    password_file = private_file(folder.path / "postgres.password", superuser_password)
    give_to_server(password_file)
    try:
        run(_initdb(unfinished, password_file), folder)
    finally:
        password_file.unlink()
    unfinished.rename(folder.path / "postgres")


def _initdb(folder: Path, password_file: Path) -> Program:
    options = [
        f"--username={SUPERUSER}",
        f"--pwfile={password_file}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        # Sorts alike on every machine, whatever locales are installed there.
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        # What is written before the first start can be made again.
        "--no-sync",
    ]
    argv = [str(postgres_folder() / "bin/initdb"), f"--pgdata={folder}", *options]
    return Program("initdb", argv, env=environment.for_server(), user=service_user())


def _server(folder: Path, sockets: Path, password: str, settings: tuple[str, ...]) -> Program:
    chosen = (
        "listen_addresses=",
        f"unix_socket_directories={sockets}",
        "unix_socket_permissions=0700",
        "timezone=UTC",
        "log_timezone=UTC",
        "max_connections=200",
        *settings,
    )
    argv = [str(postgres_folder() / "bin/postgres"), "-D", str(folder)]
    for setting in chosen:
        argv += ["-c", setting]
    return Program(
        "postgres",
        argv,
        env=environment.for_server(),
        ready=lambda: _answers(server_url(sockets, "postgres", SUPERUSER, password)),
        user=service_user(),
        # Breaks off open sessions instead of waiting for them.
        stop_signal=SIGINT,
    )


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
