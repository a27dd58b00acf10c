"""What Postgres sees to itself: no team reads or writes another's rows, whatever a query has forgotten."""

from collections.abc import Iterator

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from psycopg import Connection, connect, errors
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier
from sqlalchemy import text

from migrations import guards
from migrations.schema import engine_for
from shared import ids
from shared.db import Row
from tests.support.api import Api
from tests.support.laboratory import jsonl
from tests.support.office import HELD_OUT, Office

OURS = "organisation"

ASKED = (
    "SELECT policyname, permissive, roles, cmd, qual, with_check FROM pg_policies WHERE tablename = :name ORDER BY 1",
    """SELECT grantee, privilege_type FROM information_schema.role_table_grants
    WHERE table_name = :name AND grantee IN ('tw_app', 'tw_worker') ORDER BY 1, 2""",
    "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = :name",
)
"""All that Postgres knows of who may do what with a table."""


def tables_of_teams() -> list[str]:
    """Those that hold something of a team's, as the mapped classes say."""
    return sorted(table.name for table in Row.metadata.tables.values() if "team_id" in table.columns)


@pytest.fixture
def stranger(office: Office) -> Iterator[Connection]:
    """The API's role in a transaction that speaks for a team that owns nothing; the office's team owns a lot."""
    office.openai()
    dataset_id = office.dataset()
    office.dataset([*HELD_OUT, {}], "faulty")
    office.finish(office.submit(dataset_id))
    once = {"Idempotency-Key": "k"}
    office.member.post("/v1/datasets", data={"name": "x"}, files={"file": ("x", jsonl(HELD_OUT))}, headers=once)
    office.lab.budget("5.00")
    with connect(office.lab.api.database.app_url, autocommit=True) as db:
        db.execute("SELECT set_config('app.team', %s, false)", [ids.new("team")])
        yield db


def test_every_table_of_teams_is_known_to_the_database_as_one(office: Office) -> None:
    named = office.lab.api.sql(
        "SELECT DISTINCT table_name FROM information_schema.columns "
        "WHERE column_name = 'team_id' AND table_schema = 'public' ORDER BY 1"
    )
    assert [name for (name,) in named] == tables_of_teams()
    assert len(tables_of_teams()) >= 18


def test_every_table_of_teams_is_guarded_against_its_owner_too(office: Office) -> None:
    guarded = office.lab.api.sql("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
    assert {*tables_of_teams(), "teams"} <= {name for (name,) in guarded}


def test_a_query_without_a_filter_shows_nothing_of_another_team(office: Office, stranger: Connection) -> None:
    filled = set()
    for table in (*tables_of_teams(), "teams"):
        ((n_rows,),) = office.lab.api.sql(f"SELECT count(*) FROM {table}")
        filled |= {table} if n_rows else set()
        statement = SQL("SELECT * FROM {}").format(Identifier(table))
        seen = stranger.cursor(row_factory=dict_row).execute(statement).fetchall()
        # The organisation's budget is everybody's: what a team spends moves it.
        assert [row for row in seen if row.get("scope") != OURS] == [], table
    assert filled >= {"teams", "keys", "jobs", "datasets", "findings", "models", "holds", "ledger_entries", "outbox"}
    assert filled >= {"job_events", "job_metrics", "job_checkpoints", "remembered_requests", "budgets", "audit_entries"}


def test_another_teams_rows_can_be_neither_changed_nor_forged(office: Office, stranger: Connection) -> None:
    for table in tables_of_teams():
        if table in ("budgets", "period_totals"):
            continue
        try:
            changed = stranger.execute(SQL("UPDATE {} SET team_id = team_id").format(Identifier(table)))
        except (errors.InsufficientPrivilege, errors.IntegrityConstraintViolation):
            continue  # nobody may change this one
        assert changed.rowcount == 0, table
    with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
        stranger.execute(
            "INSERT INTO keys (id, team_id, name, role, secret_sha256, hint) VALUES ('key_1', %s, 'x', 'lead', 'x', 'x')",
            [office.lab.team_id],
        )


def test_without_a_team_there_is_nothing_to_see(office: Office) -> None:
    office.dataset()
    with connect(office.lab.api.database.app_url, autocommit=True) as db:
        for setting in (None, ""):
            if setting is not None:
                db.execute("SELECT set_config('app.team', %s, false)", [setting])
            assert db.execute("SELECT count(*) FROM datasets").fetchall() == [(0,)]
            assert db.execute("SELECT count(*) FROM keys").fetchall() == [(0,)]


@pytest.mark.parametrize("like", ["moderations", "upload_pieces"])
def test_a_table_of_a_migration_to_come_is_guarded_as_those_that_are_there(api: Api, like: str) -> None:
    may_delete = {"upload_pieces": ("tw_worker",)}.get(like, ())
    engine = engine_for(api.database.owner_url)
    with engine.connect() as db, Operations.context(MigrationContext.configure(db)):
        db.execute(text("CREATE TABLE of_tomorrow (id text, team_id text)"))
        guards.guard("of_tomorrow", may_delete=may_delete)
        guarded, known = (
            [list(db.execute(text(asked), {"name": name})) for asked in ASKED] for name in ("of_tomorrow", like)
        )
        db.rollback()
    engine.dispose()
    assert guarded == known
    assert all(guarded)
