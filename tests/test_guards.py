"""What Postgres refuses the services, whatever their code does."""

import psycopg
import pytest

from tests.support.database import Database, DatabaseServer

FUNCTIONS = "SELECT proname, proconfig FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
READ_ONLY: dict[str, tuple[str, ...]] = {"tw_app": ("alembic_version", "clock_shift", "installation")}
READ_ONLY["tw_worker"] = (*READ_ONLY["tw_app"], "keys", "teams")


def as_role(database: Database, role: str) -> psycopg.Connection:
    return psycopg.connect(database.app_url if role == "tw_app" else database.worker_url, autocommit=True)


@pytest.mark.parametrize("role", ["tw_app", "tw_worker"])
def test_what_a_service_needs_only_to_read_it_cannot_change(database: Database, role: str) -> None:
    with as_role(database, role) as db:
        for table in READ_ONLY[role]:
            for statement in (f"INSERT INTO {table} DEFAULT VALUES", f"DELETE FROM {table}", f"TRUNCATE {table}"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    db.execute(statement.encode())
        for column, table in (("version_num", "alembic_version"), ("id", "installation")):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                db.execute(f"UPDATE {table} SET {column} = 'x'".encode())


def test_a_temporary_table_hides_none_of_ours(postgres: DatabaseServer, database: Database) -> None:
    # A copy of a database does not copy this right: the template is the one that was migrated.
    for url in (postgres.describe(postgres.template).app_url, postgres.describe(postgres.template).worker_url):
        with psycopg.connect(url, autocommit=True) as db, pytest.raises(psycopg.errors.InsufficientPrivilege):
            db.execute("CREATE TEMPORARY TABLE keys (id text)")
    with psycopg.connect(database.owner_url) as db:
        found = {str(name): settings for name, settings in db.execute(FUNCTIONS).fetchall()}
    assert {"tw_find_key", "tw_balance"} <= set(found)
    assert all(settings == ["search_path=public, pg_temp"] for settings in found.values()), found


@pytest.mark.parametrize(
    ("table", "constraint"),
    [
        ("budgets", "held >= 0"),
        ("ledger_entries", "quantity >= 0"),
        ("ledger_entries", "amount >= 0"),
        ("holds", "amount >= 0"),
    ],
)
def test_no_amount_is_below_nothing(database: Database, table: str, constraint: str) -> None:
    checks = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'"
    with psycopg.connect(database.owner_url) as db:
        assert any(constraint in definition for (definition,) in db.execute(checks, [table]))
