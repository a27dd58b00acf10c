"""The spend report: whatever it is grouped by, its sum is the ledger's, and a team sees its own only."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, count, product
from typing import Any

import pytest
from starlette.testclient import TestClient

from shared import ids
from shared.db import Database, Scope
from shared.ids import ConnectionId, TeamId
from shared.money import Usd
from shared.spend import actions
from shared.spend.actions import Charge, HoldRequest
from shared.spend.queries import Grouping
from shared.spend.tables import SpendKind, Unit
from tests.support.api import Api

MODELS = ("gpt-4.1-2025-04-14", "gpt-4.1-mini-2025-04-14")
KINDS = {SpendKind.TRAINING: Unit.TRAINED, SpendKind.EVALUATION: Unit.OUTPUT, SpendKind.INFERENCE: Unit.INPUT}


@dataclass(frozen=True)
class Books:
    """Two teams, two connections, and a charge for each of their combinations, every one of another amount."""

    api: Api
    teams: dict[str, TeamId]
    connections: dict[str, ConnectionId]
    amounts: dict[tuple[str, str, str, SpendKind], Usd]

    def report(self, caller: TestClient | None = None, **query: str) -> dict[str, Any]:
        answer = (caller or self.api.admin).get("/v1/spend", params=query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def ledger(self, team: str | None = None) -> Decimal:
        mine = "" if team is None else f" AND team_id = '{self.teams[team]}'"
        ((nanos,),) = self.api.sql(f"SELECT sum(amount) FROM ledger_entries WHERE account = 'spent'{mine}")
        return Decimal(nanos) / 10**9


@pytest.fixture
def books(api: Api) -> Books:
    teams = {name: TeamId(api.team(name)["id"]) for name in ("support", "=sales")}
    connections = {name: ConnectionId(_connect(api, name)) for name in ("one", "two")}
    ours = Database(api.database.app_url, pool_size=1, doorbell=lambda _: None)
    amounts = {}
    quantities = count(1)
    for team, connection, model, kind in product(teams, connections, MODELS, KINDS):
        charge = _charge(connections[connection], model, kind, next(quantities))
        _settle(ours, teams[team], charge)
        amounts[team, connection, model, kind] = charge.amount
    ours.engine.dispose()
    return Books(api, teams, connections, amounts)


def _connect(api: Api, name: str) -> str:
    wanted = {
        "name": name,
        "provider": "openai",
        "base_url": "http://127.0.0.1:1",
        "credential": "sk-nobody-in-particular",
    }
    return str(api.admin.post("/v1/connections", json=wanted).json()["id"])


def _charge(connection: ConnectionId, model: str, kind: SpendKind, quantity: int) -> Charge:
    provisional = kind is SpendKind.TRAINING
    return Charge(kind, connection, model, KINDS[kind], quantity, Decimal("0.777"), "a price", provisional)


def _settle(ours: Database, team: TeamId, charge: Charge) -> None:
    subject = ids.new("job")
    with ours.transaction(Scope(team)) as db:
        actions.hold(db, HoldRequest(team, subject, charge.kind, charge.amount))
        actions.settle(db, subject, [charge])


def every_grouping() -> Iterator[Sequence[Grouping]]:
    for length in range(len(Grouping) + 1):
        yield from combinations(Grouping, length)


def test_every_grouping_sums_to_the_ledger(books: Books) -> None:
    for groupings in every_grouping():
        report = books.report(group_by=",".join(groupings))
        rows = report["data"]
        assert sum(Decimal(row["amount"]) for row in rows) == Decimal(report["total"]) == books.ledger(), groupings
        assert sum(row["charges"] for row in rows) == len(books.amounts)
        assert all(set(row) == {*groupings, "amount", "provisional", "charges"} for row in rows)
        groups = [tuple(row[name] for name in groupings) for row in rows]
        assert len(groups) == len(set(groups))


def test_each_row_is_the_sum_of_its_own_charges(books: Books) -> None:
    places = {Grouping.TEAM: 0, Grouping.CONNECTION: 1, Grouping.MODEL: 2, Grouping.KIND: 3}
    for grouping, place in places.items():
        for row in books.report(group_by=grouping)["data"]:
            mine = [amount for key, amount in books.amounts.items() if key[place] == row[grouping]]
            assert Decimal(row["amount"]) == sum(Decimal(str(amount)) for amount in mine)
            assert row["charges"] == len(mine)


def test_what_is_known_by_estimate_only_is_told_apart(books: Books) -> None:
    for row in books.report(group_by="kind")["data"]:
        expected = row["amount"] if row["kind"] == "training" else "0.00"
        assert row["provisional"] == expected


def test_the_dearest_group_stands_first(books: Books) -> None:
    amounts = [Decimal(row["amount"]) for row in books.report(group_by="team,connection,model,kind")["data"]]
    assert amounts == sorted(amounts, reverse=True)


def test_a_team_sees_its_own_only(books: Books) -> None:
    member = books.api.member(books.teams["support"])
    for caller in (member, books.api.client(books.api.admin_key, **{"X-Team": books.teams["support"]})):
        report = books.report(caller, group_by="team")
        assert [row["team"] for row in report["data"]] == ["support"]
        assert Decimal(report["total"]) == books.ledger("support")


def test_money_that_is_only_held_is_not_spent(books: Books) -> None:
    before = books.report()
    ours = Database(books.api.database.app_url, pool_size=1, doorbell=lambda _: None)
    with ours.transaction(Scope(books.teams["support"])) as db:
        wanted = HoldRequest(books.teams["support"], ids.new("job"), SpendKind.TRAINING, Usd.parse(5))
        actions.hold(db, wanted)
    ours.engine.dispose()
    assert books.report() == before


def test_a_period_begins_with_its_first_day_and_ends_before_its_last(books: Books) -> None:
    ((today, yesterday, tomorrow, later),) = books.api.sql(
        "SELECT d::text, (d - 1)::text, (d + 1)::text, (d + 9)::text FROM (SELECT (tw_now() AT TIME ZONE 'UTC')::date d)"
    )
    whole = str(books.ledger())
    for since, until, total in (
        (today, tomorrow, whole),
        (yesterday, tomorrow, whole),
        (yesterday, today, "0.00"),
        (tomorrow, later, "0.00"),
    ):
        report = books.report(**{"from": since, "to": until})
        assert (report["from"], report["to"], Decimal(report["total"])) == (since, until, Decimal(total))
        assert bool(report["data"]) == (total == whole)
    days = books.report(group_by="day", **{"from": today, "to": tomorrow})["data"]
    assert [row["day"] for row in days] == [today]
    assert books.report(group_by="month")["data"][0]["month"] == today[:7]


def test_without_a_period_it_is_this_month(books: Books) -> None:
    ((first, following),) = books.api.sql(
        "SELECT m::date::text, (m + interval '1 month')::date::text "
        "FROM (SELECT date_trunc('month', tw_now() AT TIME ZONE 'UTC') m)"
    )
    report = books.report()
    assert (report["from"], report["to"]) == (first, following)


@pytest.mark.parametrize(
    "query",
    [
        {"group_by": "color"},
        {"group_by": "team;model"},
        {"group_by": "x" * 101},
        {"from": "yesterday"},
        {"from": "2026-02-30"},
        {"from": "2026-11-02", "to": "2026-11-02"},
        {"from": "2026-11-02", "to": "2026-11-01"},
        {"from": "9999-12-31", "to": "9999-12-31"},
    ],
)
def test_what_makes_no_sense_is_refused(api: Api, query: dict[str, str]) -> None:
    answer = api.admin.get("/v1/spend", params=query)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["errors"]


def test_the_edges_of_time_are_days_too(api: Api) -> None:
    report = api.admin.get("/v1/spend", params={"from": "0001-01-01", "to": "9999-12-31"})
    assert (report.status_code, report.json()["data"], report.json()["total"]) == (200, [], "0.00")


def test_as_csv_it_says_the_same_and_starts_no_formula(books: Books) -> None:
    answer = books.api.admin.get("/v1/spend", params={"group_by": "team,kind"}, headers={"Accept": "text/csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert list(rows[0]) == ["team", "kind", "amount", "provisional", "charges"]
    told = [{name: str(value) for name, value in row.items()} for row in books.report(group_by="team,kind")["data"]]
    assert [row | {"team": row["team"].removeprefix("'")} for row in rows] == told
    assert {row["team"] for row in rows} == {"support", "'=sales"}
