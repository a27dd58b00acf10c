"""What stands behind an answer: a commit that came before it, a role that sees one team, a session that cannot write."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from api.app import serve
from api.dependencies import Anyone, Read, TeamMember, Write
from api.routing import noun
from shared import ids
from shared.ids import HoldId, TransactionId
from shared.lifecycles import HoldStatus
from shared.money import Usd
from shared.spend.tables import Account, Hold, LedgerEntry, LedgerTransaction, SpendKind, TransactionKind
from shared.teams.tables import Team
from tests.support.api import Api, make_admin_key, settings_for
from tests.support.database import Database

router = noun("faults", prefix="/faults")


@router.post("/unbalanced")
def unbalanced(caller: TeamMember, db: Write) -> dict[str, str]:
    """Half of a movement of money: the ledger's deferred trigger refuses it when it is committed, and not before."""
    hold = Hold(
        id=HoldId(ids.new("hold")),
        team_id=caller.team_id,
        subject="job_1",
        status=HoldStatus.PENDING,
        kind=SpendKind.TRAINING,
        amount=Usd(5),
    )
    transaction = LedgerTransaction(
        id=TransactionId(ids.new("txn")),
        team_id=caller.team_id,
        hold_id=hold.id,
        subject="job_1",
        kind=TransactionKind.HOLD,
    )
    db.add(hold)
    db.flush()
    db.add(transaction)
    db.flush()
    db.add(
        LedgerEntry(
            transaction_id=transaction.id,
            team_id=caller.team_id,
            account=Account.HELD,
            amount=Usd(5),
            kind=SpendKind.TRAINING,
        )
    )
    db.flush()
    return {"answer": "all is well"}


@router.get("/write")
def write_while_reading(_: Anyone, db: Read) -> dict[str, str]:
    db.add(Team(id=ids.TeamId(ids.new("team")), name="slipped in"))
    db.flush()
    return {"answer": "all is well"}


@router.get("/rows/{table}")
def rows_without_a_filter(table: str, _: Anyone, db: Read) -> list[str | None]:
    """What a query sees that has forgotten to ask for the caller's team."""
    column = "id" if table == "teams" else "team_id"
    return list(db.scalars(text(f"SELECT {column} FROM {table}")))


@router.get("/role")
def database_role(_: Anyone, db: Read) -> dict[str, bool | str]:
    seen = db.execute(
        text("SELECT current_user::text AS role, usesuper FROM pg_user WHERE usename = current_user")
    ).one()
    return {"role": seen.role, "superuser": seen.usesuper}


@pytest.fixture
def faulty(database: Database, redis_url: str, tmp_path: Path) -> Iterator[Api]:
    """The API with a few routes that do what no route may."""
    settings = settings_for(database, redis_url, tmp_path)
    app = serve(settings)
    app.include_router(router)
    key = make_admin_key(database)
    with TestClient(app, headers={"Authorization": f"Bearer {key}"}, raise_server_exceptions=False) as admin:
        yield Api(app, settings, admin, key, database)


def test_a_commit_that_fails_is_not_answered_200(faulty: Api) -> None:
    member = faulty.member(faulty.team()["id"])
    answer = member.post("/faults/unbalanced", headers={"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert faulty.sql("SELECT count(*) FROM ledger_entries") == [(0,)]
    assert faulty.sql("SELECT count(*) FROM remembered_requests") == [(0,)], "what was not done is not remembered"


def test_a_reading_route_cannot_write(faulty: Api) -> None:
    assert faulty.admin.get("/faults/write").status_code == 500
    assert faulty.sql("SELECT count(*) FROM teams WHERE name = 'slipped in'") == [(0,)]


def test_the_api_is_tw_app(faulty: Api) -> None:
    assert faulty.admin.get("/faults/role").json() == {"role": "tw_app", "superuser": False}


def test_a_forgotten_filter_shows_nothing_of_another_team(faulty: Api) -> None:
    mine, other = faulty.team("support"), faulty.team("sales")
    for team in (mine, other):
        faulty.lead(team["id"]).post(
            f"/v1/teams/{team['id']}/keys", json={"name": "more"}, headers={"Idempotency-Key": "k"}
        )
        faulty.admin.put(f"/v1/teams/{team['id']}/budget", json={"monthly_limit_usd": "5.00"})
    member = faulty.member(mine["id"])
    owned = (
        "SELECT table_name FROM information_schema.columns WHERE column_name = 'team_id' AND table_schema = 'public'"
    )
    of_teams = [row[0] for row in faulty.sql(owned)]
    assert {"keys", "jobs", "ledger_entries", "outbox"} <= set(of_teams)
    for table in ("teams", *of_teams):
        seen = set(member.get(f"/faults/rows/{table}").json())
        # The organisation's own budget is everybody's: a team's spending moves it.
        assert seen <= {mine["id"]} | ({None} if table in ("budgets", "period_totals") else set()), table
    for table in ("teams", "keys", "audit_entries", "remembered_requests", "budgets"):
        assert mine["id"] in member.get(f"/faults/rows/{table}").json(), f"{table} was to hold a row"
