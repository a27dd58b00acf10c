"""Teams are told before their models stop answering: 60, 30 and 7 days ahead, each time once."""

from datetime import timedelta
from typing import Any

import pytest

from shared.connections.tables import Connection
from shared.db import today
from shared.registry.tables import Model
from tests.support.laboratory import BASE, Laboratory
from worker.registry import warn_of_shutdowns


@pytest.fixture
def model(laboratory: Laboratory) -> str:
    return laboratory.model(laboratory.connection(), "ft:triage")


def ends_in(lab: Laboratory, model: str, days: int | None) -> None:
    """What the provider tells of the base model at a check."""
    with lab.transaction() as db:
        connection = db.get_one(Connection, db.get_one(Model, model).connection_id)
        day = None if days is None else str(today(db) + timedelta(days=days))
        connection.models = {BASE: {"trainable": None, "shutdown_date": day}}


def told(lab: Laboratory) -> list[tuple[Any, ...]]:
    warn_of_shutdowns(lab.context)
    warn_of_shutdowns(lab.context)
    query = "SELECT team_id, subject, (payload ->> 'days_left')::int FROM outbox WHERE kind = 'model.shutdown_near' ORDER BY id"
    return lab.api.sql(query)


def test_each_warning_is_given_once_when_its_day_has_come(laboratory: Laboratory, model: str) -> None:
    warned = []
    for days in (90, 61, 60, 45, 31, 30, 8, 7, 6, 1, 0, -1):
        ends_in(laboratory, model, days)
        warned.append(len(told(laboratory)))
    assert warned == [0, 0, 1, 1, 1, 2, 2, 3, 3, 3, 3, 3]
    assert told(laboratory) == [(laboratory.team_id, model, days) for days in (60, 30, 7)]


def test_who_comes_late_gets_the_nearest_warning_only(laboratory: Laboratory, model: str) -> None:
    ends_in(laboratory, model, 5)
    assert told(laboratory) == [(laboratory.team_id, model, 5)]


def test_an_end_that_was_moved_away_is_warned_of_anew(laboratory: Laboratory, model: str) -> None:
    ends_in(laboratory, model, 30)
    ends_first = len(told(laboratory))
    ends_in(laboratory, model, 200)
    assert len(told(laboratory)) == ends_first == 1
    assert laboratory.api.sql("SELECT warned_days FROM models") == [(None,)]
    ends_in(laboratory, model, 60)
    assert [days for _, _, days in told(laboratory)] == [30, 60]


def test_time_alone_brings_the_warning(laboratory: Laboratory, model: str) -> None:
    ends_in(laboratory, model, 61)
    assert told(laboratory) == []
    laboratory.pass_time("1 day")
    assert [days for _, _, days in told(laboratory)] == [60]
    assert laboratory.member.get(f"/v1/models/{model}").json()["shutdown_date"] is not None


def test_a_retired_model_and_one_without_an_end_are_not_warned_of(laboratory: Laboratory, model: str) -> None:
    ends_in(laboratory, model, 7)
    assert laboratory.lead.delete(f"/v1/models/{model}").status_code == 204
    assert told(laboratory) == []
