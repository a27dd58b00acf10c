"""What people do to moderations: ask for them. What the worker records of them is in `recording`."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import ids
from shared.connections.queries import get_connection
from shared.connections.tables import Connection
from shared.datasets.moderation.tables import Moderation
from shared.datasets.queries import get_report
from shared.datasets.routing.queries import check_route, routing_of
from shared.datasets.tables import Dataset
from shared.db import now, ring
from shared.errors import Conflict, DatasetRejected, FieldError, InvalidRequest
from shared.ids import ConnectionId, DatasetId, ModerationId
from shared.lifecycles import DatasetStatus, ModerationStatus
from shared.providers import moderates
from shared.queue import Task
from shared.teams.actions import audit
from shared.teams.caller import TeamCaller
from shared.teams.queries import get_open_team


def submit(
    db: Session, dataset_id: DatasetId, connection_id: ConnectionId, sample: int | None, caller: TeamCaller
) -> Moderation:
    """Have a dataset's well-formed examples shown to a connection's moderation: `sample` of them, or all. It costs nothing.

    Raises NotFound, DatasetNotReady, DatasetRejected (nothing in it is well-formed), Conflict, InvalidRequest or RouteForbidden.
    """
    get_open_team(db, caller.team_id)
    dataset, n_examples = _legible(db, dataset_id, caller)
    connection = _moderating(db, connection_id)
    check_route(db, routing_of(db, dataset.team_id, [dataset.id]), connection)
    moderation = Moderation(
        id=ModerationId(ids.new("mod")),
        team_id=caller.team_id,
        dataset_id=dataset.id,
        connection_id=connection.id,
        sample=sample,
        status=ModerationStatus.QUEUED,
        n_examples=n_examples,
        created_by=caller.key_id,
        due_at=db.scalar(select(now())),
    )
    db.add(moderation)
    audit(db, caller, "moderation.submit", moderation.id, team_id=caller.team_id, dataset_id=dataset.id)
    ring(db, Task.MODERATE_DATASETS)
    db.flush()
    return moderation


def _legible(db: Session, dataset_id: DatasetId, caller: TeamCaller) -> tuple[Dataset, int]:
    dataset, report = get_report(db, dataset_id, team_id=caller.team_id)
    if dataset.status is DatasetStatus.ARCHIVED:
        raise Conflict(f"{dataset.id} is archived: nothing of it is shown to anyone any more.")
    if not report["examples"] or dataset.examples_key is None:
        raise DatasetRejected(f"No example of {dataset.id} is well-formed: there is nothing to show.")
    return dataset, report["examples"]


def _moderating(db: Session, connection_id: ConnectionId) -> Connection:
    connection = get_connection(db, connection_id)
    if not moderates(connection.provider):
        fault = FieldError("/connection_id", f"is of {connection.provider}, which has no moderation to ask")
        raise InvalidRequest(
            f"{connection.name} has no moderation to ask. Name a connection of OpenAI.",
            [fault],
            connection_id=connection_id,
        )
    return connection
