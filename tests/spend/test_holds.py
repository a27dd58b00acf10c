"""Money set aside, charged and given back: what a budget admits, and what Postgres refuses."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from shared import ids
from shared.connections.tables import Connection, ProviderKind
from shared.db import Database, Scope
from shared.errors import BudgetExceeded, IllegalTransition, NotFound
from shared.ids import ConnectionId, TeamId
from shared.money import Usd
from shared.spend import actions, queries
from shared.spend.actions import Charge, HoldRequest
from shared.spend.tables import Account, LedgerEntry, SpendKind, Unit
from shared.teams.tables import Team
from tests.support.database import Database as FreshDatabase

DOLLAR = Usd.parse(1)
TEAM = TeamId("team_01h455vb4pex5vsknk084sn02q")
OTHER = TeamId("team_01h455vb4pex5vsknk084sn02r")
CONNECTION = ConnectionId("conn_01h455vb4pex5vsknk084sn02q")


@pytest.fixture
def books(database: FreshDatabase) -> Iterator[Database]:
    """Two teams without limits, as the API's role sees them."""
    opened = Database(database.app_url, pool_size=64, doorbell=lambda _: None)
    with opened.transaction() as db:
        db.add_all([Team(id=TEAM, name="one"), Team(id=OTHER, name="two")])
        db.add(
            Connection(
                id=CONNECTION,
                name="somewhere",
                provider=ProviderKind.OPENAI,
                base_url="http://127.0.0.1:1/v1",
                sealed_credential=b"",
                credential_hint="",
            )
        )
    yield opened
    opened.engine.dispose()


def set_aside(books: Database, amount: Usd = DOLLAR, team: TeamId = TEAM) -> str:
    subject = ids.new("job")
    with books.transaction(Scope(team)) as db:
        actions.hold(db, HoldRequest(team, subject, SpendKind.TRAINING, amount))
    return subject


def training(tokens: int, usd_per_million: str = "25") -> Charge:
    price = Decimal(usd_per_million)
    return Charge(SpendKind.TRAINING, CONNECTION, "gpt-4.1-2025-04-14", Unit.TRAINED, tokens, price, "a price")


def limit(books: Database, team: TeamId | None, dollars: int) -> None:
    with books.transaction() as db:
        actions.set_limit(db, team, Usd.parse(dollars))


def state(books: Database, team: TeamId | None = TEAM) -> queries.BudgetState:
    with books.reading() as db:
        assert queries.wrong_totals(db) == []
        return queries.budget(db, team)


def test_sixty_four_at_once_on_a_budget_for_ten_admit_ten(books: Database) -> None:
    limit(books, TEAM, 10)
    start = threading.Barrier(64)

    def attempt(_: int) -> bool:
        start.wait()
        try:
            set_aside(books)
        except BudgetExceeded:
            return False
        return True

    with ThreadPoolExecutor(64) as pool:
        assert sum(pool.map(attempt, range(64))) == 10
    assert state(books).left == Usd(0)


def test_settling_lower_gives_back_the_rest(books: Database) -> None:
    limit(books, TEAM, 10)
    subject = set_aside(books, Usd.parse(8))
    with books.transaction(Scope(TEAM)) as db:
        assert actions.settle(db, subject, [training(100_000)]) == Usd.parse("2.50")
    after = state(books)
    assert (after.spent, after.held, after.left) == (Usd.parse("2.50"), Usd(0), Usd.parse("7.50"))


def test_what_costs_more_than_was_held_is_charged_and_closes_the_budget(books: Database) -> None:
    limit(books, TEAM, 2)
    subject = set_aside(books)
    with books.transaction(Scope(TEAM)) as db:
        actions.settle(db, subject, [training(1_000_000)])
    with pytest.raises(BudgetExceeded) as refusal:
        set_aside(books, Usd.parse("0.000000001"))
    assert refusal.value.left == Usd(0)


def test_a_released_hold_costs_nothing(books: Database) -> None:
    subject = set_aside(books)
    with books.transaction(Scope(TEAM)) as db:
        actions.release(db, subject)
    after = state(books)
    assert (after.spent, after.held) == (Usd(0), Usd(0))


@pytest.mark.parametrize("first", ["settle", "release"])
@pytest.mark.parametrize("second", ["settle", "release"])
def test_a_hold_resolves_once(books: Database, first: str, second: str) -> None:
    subject = set_aside(books)
    resolve: dict[str, Callable[[Session], object]] = {
        "settle": lambda db: actions.settle(db, subject, [training(1)]),
        "release": lambda db: actions.release(db, subject),
    }
    with books.transaction(Scope(TEAM)) as db:
        resolve[first](db)
    before = state(books)
    with pytest.raises(IllegalTransition), books.transaction(Scope(TEAM)) as db:
        resolve[second](db)
    assert state(books) == before


def test_the_organisations_budget_binds_every_team(books: Database) -> None:
    limit(books, None, 3)
    limit(books, TEAM, 10)
    set_aside(books, Usd.parse(2), team=OTHER)
    with pytest.raises(BudgetExceeded) as refusal:
        set_aside(books, Usd.parse(2))
    assert refusal.value.facts["scope"] == "organisation"
    assert refusal.value.left == DOLLAR
    assert state(books).held == Usd(0)


def test_last_months_spending_does_not_count(books: Database, database: FreshDatabase) -> None:
    limit(books, TEAM, 3)
    subject = set_aside(books)
    with books.transaction(Scope(TEAM)) as db:
        actions.settle(db, subject, [training(100_000)])
    assert state(books).left == Usd.parse("0.50")
    owner = Database(database.owner_url, pool_size=1, doorbell=lambda _: None)
    with owner.transaction() as db:
        db.execute(text("INSERT INTO clock_shift VALUES ('32 days')"))
    owner.engine.dispose()
    assert state(books).left == Usd.parse(3)


@pytest.mark.parametrize("change", ["UPDATE ledger_entries SET amount = 0", "DELETE FROM ledger_entries"])
@pytest.mark.parametrize("role", ["app_url", "worker_url", "owner_url"])
def test_the_ledger_only_grows(books: Database, database: FreshDatabase, role: str, change: str) -> None:
    set_aside(books)
    someone = Database(getattr(database, role), pool_size=1, doorbell=lambda _: None)
    with pytest.raises(DBAPIError), someone.transaction() as db:
        db.execute(text(change))
    someone.engine.dispose()


def test_a_transaction_that_does_not_sum_to_zero_is_refused_at_commit(books: Database) -> None:
    set_aside(books)
    with pytest.raises(DBAPIError, match="does not sum to zero"), books.transaction() as db:
        entry = db.scalars(select(LedgerEntry).where(LedgerEntry.account == Account.HELD)).one()
        db.add(
            LedgerEntry(
                transaction_id=entry.transaction_id,
                team_id=TEAM,
                account=Account.SPENT,
                amount=DOLLAR,
                kind=SpendKind.TRAINING,
            )
        )


def test_a_team_neither_sees_nor_moves_anothers_money(books: Database) -> None:
    set_aside(books, team=OTHER)
    with books.reading(Scope(TEAM)) as db:
        assert db.scalars(select(LedgerEntry)).all() == []
    with pytest.raises(DBAPIError, match="row-level security"), books.transaction(Scope(TEAM)) as db:
        actions.set_limit(db, OTHER, DOLLAR)
    with pytest.raises(NotFound), books.transaction(Scope(TEAM)) as db:
        actions.hold(db, HoldRequest(OTHER, ids.new("job"), SpendKind.TRAINING, DOLLAR))


def test_totals_that_differ_from_the_ledger_are_named(books: Database, database: FreshDatabase) -> None:
    set_aside(books)
    owner = Database(database.owner_url, pool_size=1, doorbell=lambda _: None)
    with owner.transaction() as db:
        db.execute(text("UPDATE budgets SET held = 0 WHERE scope = 'organisation'"))
    owner.engine.dispose()
    with books.reading() as db:
        wrong = queries.wrong_totals(db)
    assert [one.split(":")[0] for one in wrong] == ["organisation ", "organisation "]
