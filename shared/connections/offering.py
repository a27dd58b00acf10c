"""What a connection offers, and to whom: said by admins."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.connections.described import OwnModel
from shared.connections.tables import Connection
from shared.errors import FieldError, InvalidRequest
from shared.ids import TeamId
from shared.teams.tables import Team


def open_to(db: Session, connection: Connection, teams: Sequence[TeamId] | None) -> None:
    """To these teams and no others; None = to all. Raises InvalidRequest for a team that does not exist."""
    if teams is None:
        connection.teams = None
        return
    known = set(db.scalars(select(Team.id).where(Team.id.in_(teams))))
    faults = [FieldError(f"/teams/{at}", "is no team") for at, one in enumerate(teams) if one not in known]
    if faults:
        raise InvalidRequest("A connection is opened to teams that exist.", faults)
    connection.teams = sorted(set(teams))


def is_open_to(connection: Connection, team_id: TeamId) -> bool:
    """Whether a team may use it: for those who see the connections of all teams. To a team Postgres shows no other."""
    return connection.teams is None or team_id in connection.teams


def barred(db: Session, connection: Connection, team_id: TeamId) -> str | None:
    """Why nothing more is sent there for a team, whatever was ordered before; None where it may go on. No full stop."""
    if connection.archived_at is not None:
        return f"{connection.name} was taken out of use"
    if not is_open_to(connection, team_id):
        return f"{connection.name} was closed to the team"
    if db.get_one(Team, team_id).archived_at is not None:
        return "The team was archived"
    return None


def describe(connection: Connection, catalogue: Sequence[OwnModel]) -> None:
    """What its server trains, and what that costs. Raises InvalidRequest where that is published."""
    if catalogue and not connection.provider.traits.self_described:
        fault = FieldError("/catalogue", f"is not for {connection.provider}, whose catalogue is published")
        raise InvalidRequest("Only a compatible server's catalogue stands on its connection.", [fault])
    connection.catalogue = [model.as_json() for model in catalogue]
