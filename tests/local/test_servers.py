"""The embedded servers: closed to others, whole after a broken start, and in reach of the user they run as."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from local import data_folder, postgres, valkey
from local.binaries import NotOnThisMachine, postgres_folder, service_user, within_reach
from local.data_folder import DataFolder
from local.folders import open_data_folder
from local.postgres import Postgres
from local.processes import ProgramFailed

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="root's rules differ from everyone else's")


@pytest.fixture
def claimed(folder: Path) -> Iterator[DataFolder]:
    with data_folder.claimed(folder) as claimed:
        yield claimed


@pytest.fixture
def server(claimed: DataFolder) -> Iterator[Postgres]:
    with postgres.running(claimed, "a password") as server:
        yield server


def test_postgres_listens_on_one_socket_that_only_its_own_user_may_open(server: Postgres) -> None:
    with psycopg.connect(server.url("postgres")) as db:
        assert db.execute("SHOW listen_addresses").fetchone() == ("",)
    socket = server.sockets / ".s.PGSQL.5432"
    assert [stat.S_IMODE(path.stat().st_mode) for path in (server.sockets, socket)] == [0o700, 0o700]


def test_postgres_trusts_nobody_without_a_password(server: Postgres) -> None:
    with psycopg.connect(server.url("postgres")) as db:
        methods = db.execute("SELECT DISTINCT auth_method FROM pg_hba_file_rules").fetchall()
    assert methods == [("scram-sha-256",)]


def test_the_services_owner_may_make_roles_and_is_no_superuser(server: Postgres) -> None:
    for _ in range(2):
        postgres.create_service_database(server, "owner's")
    with psycopg.connect(server.url(postgres.DATABASE, postgres.OWNER, "owner's")) as db:
        facts = db.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert facts == (False, False, True)


def test_a_database_that_was_only_half_made_is_made_again(claimed: DataFolder) -> None:
    (claimed.path / "postgres.unfinished").mkdir()
    (claimed.path / "postgres.unfinished" / "PG_VERSION").write_text("18\n")
    with postgres.running(claimed, "a password") as server:
        psycopg.connect(server.url("postgres")).close()


def test_a_folder_whose_path_is_too_long_for_a_socket_works_too(folder: Path) -> None:
    with data_folder.claimed(folder / ("long" * 30)) as claimed, postgres.running(claimed, "p") as server:
        psycopg.connect(server.url("postgres")).close()
        sockets = server.sockets
    assert not sockets.exists()


def test_a_server_that_cannot_start_says_why(claimed: DataFolder) -> None:
    broken = postgres.running(claimed, "a password", ("shared_buffers=a lot",))
    with pytest.raises(ProgramFailed, match=r"invalid value for parameter .shared_buffers"), broken:
        pass


def test_valkey_wants_its_password_and_may_lose_everything(claimed: DataFolder) -> None:
    with valkey.running(claimed) as server:
        with redis.Redis.from_url(server.url) as client:
            client.set("ring", 1)
            valkey.flush(server.url)
            assert client.get("ring") is None
        address = server.url.rpartition("@")[2]
        with redis.Redis.from_url(f"redis://{address}") as stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()


def test_the_programs_lie_within_reach_of_the_user_they_run_as() -> None:
    user = service_user()
    assert (user is None) == (os.geteuid() != 0)
    assert user is None or within_reach(postgres_folder() / "bin", user)


@as_root
def test_root_is_refused_a_data_folder_that_postgres_could_not_reach(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(parents=True, mode=0o700)
    with pytest.raises(NotOnThisMachine, match="choose a data folder"):
        open_data_folder(closed / "data")
    assert not (closed / "data").exists()


def test_a_folder_that_was_there_before_keeps_its_permissions(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o755)
    open_data_folder(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
