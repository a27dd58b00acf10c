"""The servers that all other tests stand on."""

import psycopg
import pytest
import redis

from local.addresses import reroute
from tests.support.database import Database, DatabaseServer


def test_each_role_reaches_its_own_test_database_under_its_own_name(database: Database) -> None:
    for url, role in (
        (database.owner_url, "tw_owner"),
        (database.app_url, "tw_app"),
        (database.worker_url, "tw_worker"),
    ):
        with psycopg.connect(url) as db:
            assert db.execute("SELECT current_user::text").fetchone() == (role,)


def test_no_role_of_the_service_is_a_superuser(database: Database) -> None:
    with psycopg.connect(database.owner_url) as db:
        superusers = db.execute("SELECT rolname::text FROM pg_roles WHERE rolsuper OR rolbypassrls").fetchall()
    assert not {name for (name,) in superusers} & {"tw_owner", "tw_app", "tw_worker"}


def test_what_one_test_writes_another_never_sees(postgres: DatabaseServer) -> None:
    with postgres.fresh() as one, psycopg.connect(one.owner_url) as db:
        db.execute("CREATE TABLE left_behind ()")
    with postgres.fresh() as two, psycopg.connect(two.owner_url) as db:
        assert db.execute("SELECT to_regclass('left_behind')").fetchone() == (None,)


def test_a_wrong_password_is_refused(database: Database) -> None:
    wrong = reroute(database.app_url, database="postgres", user="tw_app", password="a guess")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_the_doorbell_answers(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.ping()


@pytest.mark.parametrize(
    "url",
    ["postgresql://a:b@/x?host=/run/pg", "postgresql://a:b@db.example:5432/x?sslmode=require"],
)
def test_another_database_on_the_same_server_keeps_the_rest_of_the_address(url: str) -> None:
    assert reroute(url, database="y") == url.replace("/x?", "/y?")
    assert reroute(url, database="y", user="c", password="d/e") == url.replace("a:b", "c:d%2Fe").replace("/x?", "/y?")
