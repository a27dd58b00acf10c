"""What people do with imports: ask for them. What the worker records of them is in `recording`."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import ids
from shared.connections.queries import get_connection
from shared.db import now, ring
from shared.errors import FieldError, InvalidRequest
from shared.ids import ConnectionId, ImportId, TeamId
from shared.imports.tables import Import
from shared.lifecycles import ImportStatus
from shared.queue import Task
from shared.teams.actions import audit
from shared.teams.caller import Caller
from shared.teams.queries import get_open_team


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to come here, and for whom. `jobs` and `models` in the provider's own names; both None = everything."""

    connection_id: ConnectionId
    team_id: TeamId
    jobs: Sequence[str] | None = None
    models: Sequence[str] | None = None
    dry_run: bool = False


def start(db: Session, wanted: Wanted, caller: Caller) -> Import:
    """Have what exists at a provider taken in, in the background. It costs nothing.

    Raises NotFound, Conflict (the team is archived) or InvalidRequest (the connection is not open to the team).
    """
    team = get_open_team(db, wanted.team_id)
    connection = get_connection(db, wanted.connection_id)
    if connection.teams is not None and team.id not in connection.teams:
        fault = FieldError("/team_id", f"is of a team that {connection.name} is not open to")
        raise InvalidRequest("The team could not use what it would be given. Open the connection to it first.", [fault])
    made = Import(
        id=ImportId(ids.new("imp")),
        team_id=team.id,
        connection_id=connection.id,
        created_by=caller.key_id,
        dry_run=wanted.dry_run,
        jobs=None if wanted.jobs is None else list(wanted.jobs),
        models=None if wanted.models is None else list(wanted.models),
        status=ImportStatus.QUEUED,
        due_at=db.scalar(select(now())),
    )
    db.add(made)
    audit(db, caller, "import.start", made.id, team_id=team.id, connection_id=connection.id)
    ring(db, Task.IMPORT_JOBS)
    db.flush()
    return made
