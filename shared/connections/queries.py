"""What is read of connections."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.connections.catalogue import catalogue
from shared.connections.lags import PollLag, minute_of, poll_lag
from shared.connections.tables import Connection, Pace
from shared.connections.trainable import trainable_models
from shared.db import now, today
from shared.errors import NotFound
from shared.ids import ConnectionId


def get_connection(db: Session, connection_id: ConnectionId) -> Connection:
    """One that is in use, and open to whom the transaction speaks for. Raises NotFound."""
    connection = db.get(Connection, connection_id)
    if connection is None or connection.archived_at is not None:
        raise NotFound("connection")
    return connection


def encodings_in_use(db: Session) -> dict[str, int]:
    """The encodings of all models that are trained today, each with the tokens that its most patient model takes.

    A model counts until its announced end, or as long as some account is told by its provider that it can be trained.
    """
    day = today(db)
    known = catalogue()
    in_use = db.scalars(select(Connection).where(Connection.archived_at.is_(None))).all()
    told = {(one.provider, model) for one in in_use for model in one.models}
    published = [
        model
        for key, model in known.items()
        if key in told or model.announced_shutdown is None or model.announced_shutdown > day
    ]
    own = [model for one in in_use if one.catalogue for model in trainable_models(one).values()]
    alive = published + own
    longest: dict[str, int] = {}
    # A catalogue of which nothing is left tells nothing: then all is counted that it knows.
    for model in alive or known.values():
        longest[model.encoding] = max(longest.get(model.encoding, 0), model.max_example_tokens)
    return longest


def standing_deployments(db: Session, connection_id: ConnectionId) -> int:
    """How many deployments stand in a connection's resource, or are about to, whichever team's they are."""
    return int(db.scalars(select(func.tw_deployments_on(connection_id))).one())


def list_connections(db: Session, *, after: str | None, limit: int) -> Sequence[Connection]:
    """Those in use, the newest first."""
    query = select(Connection).where(Connection.archived_at.is_(None)).order_by(Connection.id.desc()).limit(limit)
    return db.scalars(query.where(Connection.id < after) if after else query).all()


def poll_lag_of(db: Session, connection_id: ConnectionId) -> PollLag | None:
    """How late its jobs were looked at in the last minutes; None when none was."""
    remembered, moment = db.execute(select(Pace.lags, now()).where(Pace.connection_id == connection_id)).one()
    return poll_lag(remembered, minute_of(moment))
