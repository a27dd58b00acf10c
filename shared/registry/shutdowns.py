"""Warnings before a model stops answering: 60, 30 and 7 days ahead, each once, to the team whose model it is.

The day is what the provider last told of the model that it was tuned from, else what was announced when it was registered. A day
that is moved far away again lets the warnings begin anew.
"""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from shared.connections.tables import Connection
from shared.connections.trainable import trainable_model
from shared.db import today
from shared.lifecycles import ModelStatus
from shared.notices.actions import tell
from shared.registry.tables import Model

DAYS_BEFORE = (60, 30, 7)


def warn_of_shutdowns(db: Session) -> int:
    """Note every model's day as it is known now, and write the warnings that are due. Returns how many were.

    Who comes late gets the nearest warning only. One at a time looks; who finds another at it leaves it to that one.
    """
    if not db.scalar(text("SELECT pg_try_advisory_xact_lock(hashtext('tunewright shutdowns'))")):
        return 0
    day = today(db)
    return sum(_warn(db, model, connection, day) for model, connection in _in_use(db))


def _in_use(db: Session) -> Iterator[tuple[Model, Connection]]:
    query = (
        select(Model, Connection)
        .join(Connection, Connection.id == Model.connection_id)
        .where(Model.status != ModelStatus.RETIRED)
        .order_by(Model.id)
    )
    yield from ((model, connection) for model, connection in db.execute(query))


def _warn(db: Session, model: Model, connection: Connection, day: date) -> bool:
    model.shutdown_date = _shutdown(model, connection)
    ahead = None if model.shutdown_date is None else (model.shutdown_date - day).days
    reached = None if ahead is None else min((days for days in DAYS_BEFORE if ahead <= days), default=None)
    if reached is None or ahead is None:
        model.warned_days = None
        return False
    if ahead < 0 or (model.warned_days is not None and model.warned_days <= reached):
        return False
    model.warned_days = reached
    facts = {"provider_model": model.provider_model, "base_model": model.base_model, "connection": connection.name}
    tell(
        db,
        model.team_id,
        "model.shutdown_near",
        model.id,
        shutdown_date=str(model.shutdown_date),
        days_left=ahead,
        **facts,
    )
    return True


def _shutdown(model: Model, connection: Connection) -> date | None:
    told = connection.models.get(model.base_model)
    if told is not None and told.get("shutdown_date"):
        return date.fromisoformat(told["shutdown_date"])
    known = trainable_model(connection, model.base_model)
    return (known.announced_shutdown if known else None) or model.shutdown_date
